/** Longer messages are folded. */
const MAX_LINES = 20;
/** Lines of a folded message; fewer than make it fold, so that it never hides just one or two. */
const FOLDED_LINES = 15;
/** Characters on a line as wide as messages are. */
const LINE_LENGTH = 90;

/** How many lines a text takes on a wide screen, about: long ones wrap. */
export function countLines(text: string): number {
  return text.split("\n").reduce((lines, { length }) => lines + rowsOf(length), 0);
}

/** Where a long text is cut while it is folded; nothing if it is short enough to be shown whole. */
export function foldAt(text: string): number | undefined {
  if (countLines(text) <= MAX_LINES) return undefined;
  let left = FOLDED_LINES;
  let at = 0;
  for (const { length } of text.split("\n")) {
    if (rowsOf(length) > left) return wholeCharacter(text, at + left * LINE_LENGTH);
    left -= rowsOf(length);
    at += length + 1;
    if (left === 0) return at - 1;
  }
  return at;
}

function rowsOf(length: number): number {
  return Math.max(1, Math.ceil(length / LINE_LENGTH));
}

/** A position that isn't between the halves of a character. */
function wholeCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
