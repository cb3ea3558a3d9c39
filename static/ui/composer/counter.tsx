import { countCharacters } from "../../text/plain_text.ts";
import { strings } from "../../text/strings.ts";

/** Characters left at which the count shows. */
const COUNT_FROM = 200;
/** Numbers of characters left at which a screen reader is told: not at each key. */
const TOLD_AT = [19, 99, COUNT_FROM - 1];

/** How many characters are left, when the limit is near. */
export function Counter({ text, limit }: { readonly text: string; readonly limit: number }) {
  // Most texts are far from the limit, and counting code points at every key would cost.
  const isNear = text.length > limit - COUNT_FROM;
  const left = isNear ? limit - countCharacters(text) : COUNT_FROM;
  const isOver = left < 0;
  return (
    <>
      <span
        id="composer-count"
        class={isOver ? "composer__count composer__count--over" : "composer__count"}
      >
        {left < COUNT_FROM && (isOver ? strings.composer.over(-left) : strings.composer.left(left))}
      </span>
      <span class="visually-hidden" role="status">{tell(left)}</span>
    </>
  );
}

/** Text for screen readers; it stays the same for many keys. */
function tell(left: number): string {
  if (left < 0) return strings.composer.overLimit;
  const step = TOLD_AT.find((number) => left <= number);
  return step === undefined ? "" : strings.composer.fewerLeft(step + 1);
}
