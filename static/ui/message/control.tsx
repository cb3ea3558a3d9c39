import { strings } from "../../text/strings.ts";

/** A visible name in place of an invisible character that changes the direction of text. */
export function Control({ name }: { name: string }) {
  return (
    <bdi class="control-character" dir="ltr" title={strings.message.directionControl}>{name}</bdi>
  );
}
