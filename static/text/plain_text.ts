// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/**
 * Makes typed or pasted text fit for sending: one kind of line break, no control characters but
 * newline and tab, no half characters, no blank lines around it.
 */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(CONTROLS, "").toWellFormed()
    .replace(/^\s*\n/, "").trimEnd();
}

/** Length as the server counts it, in code points. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
