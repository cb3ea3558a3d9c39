import { countCharacters } from "../../text/plain_text.ts";
import { strings } from "../../text/strings.ts";

/** Characters left at which the count shows. */
const COUNT_FROM = 200;

/** How many characters are left, when the limit is near. */
export function Counter({ text, limit }: { readonly text: string; readonly limit: number }) {
  // Most texts are far from the limit, and counting code points at every key would cost.
  const isNear = text.length > limit - COUNT_FROM;
  const left = isNear ? limit - countCharacters(text) : COUNT_FROM;
  const isShown = left < COUNT_FROM;
  return (
    <span
      id="composer-count"
      class={left < 0 ? "composer__count composer__count--over" : "composer__count"}
    >
      {isShown && (left < 0 ? strings.composer.over(-left) : strings.composer.left(left))}
    </span>
  );
}
