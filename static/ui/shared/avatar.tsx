import { nameHue, nameInitial } from "../../text/names.ts";

interface AvatarProps {
  readonly username: string;
  readonly id?: string;
  readonly class?: string;
}

/** A name's colour and initial. They only accompany the name, never replace it. */
export function Avatar({ username, id, class: extra = "" }: AvatarProps) {
  return (
    <span id={id} class={`avatar ${extra}`} style={hueOf(username)} aria-hidden="true">
      {username === "" ? "" : nameInitial(username)}
    </span>
  );
}

/** A name's colour, as the custom property that styles are made from. */
export function hueOf(username: string) {
  return { "--hue": String(nameHue(username)) };
}
