import type { Leaf } from "./markdown_tree.ts";
import { codePointName, DIRECTION_CONTROL } from "./controls.ts";
import { MARK_TOWER } from "./names.ts";

/** Characters that are replaced: those that change the direction, and marks beyond the fourth. */
const SPECIAL = new RegExp(`${DIRECTION_CONTROL.source}|${MARK_TOWER.source}`, "gu");

/** A stretch of the source as leaves. Of a tower of marks only the first few are shown. */
export function leavesBetween(source: string, start: number, end: number): Leaf[] {
  const leaves: Leaf[] = [];
  const addText = (from: number, to: number) => {
    if (from < to) {
      leaves.push({ kind: "text", start: from, end: to, text: source.slice(from, to) });
    }
  };
  let done = start;
  for (const match of source.slice(start, end).matchAll(SPECIAL)) {
    const at = start + match.index;
    const kept = match[1]?.length ?? 0;
    addText(done, at + kept);
    done = at + match[0].length;
    if (kept > 0) continue;
    leaves.push({ kind: "control", start: at, end: done, name: codePointName(match[0]) });
  }
  addText(done, end);
  return leaves;
}
