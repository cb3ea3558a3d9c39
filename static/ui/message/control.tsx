import { strings } from "../../text/strings.ts";

/** Stands for one invisible character that would change the direction of the text after it. */
export function Control({ name }: { name: string }) {
  return (
    <bdi class="control-character" dir="ltr" title={strings.message.directionControl}>{name}</bdi>
  );
}
