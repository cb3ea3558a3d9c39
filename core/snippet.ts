import type { TextRange } from "./search_match.ts";
import type { SnippetPart } from "./store.ts";

/** Most characters shown before the first match, and in all. */
const LEAD_LENGTH = 40;
const SNIPPET_LENGTH = 200;
const ELLIPSIS = "…";

/**
 * Cuts the part of a text around what was found in it.
 *
 * @param ranges What was found, by start; it may overlap. Nothing found shows the text's beginning.
 */
export function snippetOf(text: string, ranges: readonly TextRange[]): SnippetPart[] {
  const start = startOf(text, ranges[0]?.start ?? 0);
  const end = cutBefore(text, Math.min(text.length, start + SNIPPET_LENGTH));
  const parts: SnippetPart[] = [];
  let position = start;
  for (const range of ranges) {
    const [from, to] = [Math.max(range.start, position), Math.min(range.end, end)];
    if (from >= to) continue;
    addPart(parts, text.slice(position, from), false);
    addPart(parts, text.slice(from, to), true);
    position = to;
  }
  addPart(parts, text.slice(position, end) + (end < text.length ? ELLIPSIS : ""), false);
  if (start > 0) parts.unshift({ text: ELLIPSIS, isMatch: false });
  return parts;
}

function addPart(parts: SnippetPart[], text: string, isMatch: boolean): void {
  if (text !== "") parts.push({ text, isMatch });
}

/** A little before the first match, after a space if one is near. */
function startOf(text: string, match: number): number {
  if (match <= LEAD_LENGTH) return 0;
  const lead = text.slice(match - LEAD_LENGTH, match);
  const space = lead.search(/\s/);
  return space < 0 ? cutBefore(text, match - LEAD_LENGTH) : match - LEAD_LENGTH + space + 1;
}

/** Moves a cut out of the middle of a surrogate pair. */
function cutBefore(text: string, position: number): number {
  const unit = text.charCodeAt(position);
  return unit >= 0xDC00 && unit <= 0xDFFF ? position - 1 : position;
}
