import { leavesBetween } from "./leaves.ts";
import { findLinks, type FoundLink } from "./links.ts";
import type { Emphasis, Inline, Range } from "./markdown_tree.ts";
import { type NameLookup, readMention } from "./mentions.ts";
import { characterAt, characterBefore, isWordCharacter } from "./characters.ts";

/** The markers around stressed words. Runs of any other length stay as typed. */
const MARKERS: Readonly<Record<string, Emphasis>> = {
  "**": "strong",
  "*": "emphasis",
  "_": "emphasis",
  "~~": "strike",
};
const RUN = /`+|\*+|_+|~+/gy;
/** Where reading must stop to look; links are found before. */
const SPECIAL = /[`*_~\\@]/g;
/** Its backslash is an arm, not an escape. */
const SHRUG = "¯\\_(ツ)_/¯";

/**
 * Reads the lines of one paragraph in time proportional to their length. Markers that nothing closes
 * stay as typed. Stress nests only in stress of another marker, so depth is bounded by their number.
 *
 * @param lines Stretches of the source; what lies between two is a line break and, in a quote, the
 *   marker of the next line.
 */
export function readInlines(source: string, lines: readonly Range[], lookUp: NameLookup): Inline[] {
  const reader = new InlineReader(source, lookUp);
  lines.forEach((line, index) => {
    if (index > 0) reader.breakLine(lines[index - 1]!.end);
    reader.readLine(line);
  });
  return reader.nodes;
}

class InlineReader {
  readonly nodes: Inline[] = [];
  readonly #source: string;
  readonly #lookUp: NameLookup;
  /** For each open marker, the index of its node, which is text unless something closes it. */
  readonly #open = new Map<string, number>();
  /** Up to where the source has become nodes. */
  #done = 0;
  /** The next character to look at, unless reading has gone past it. */
  #special = -1;
  #links: FoundLink[] = [];
  /** Where the runs of backticks of each length begin that lie ahead on this line, last one first. */
  #ticks = new Map<number, number[]>();

  constructor(source: string, lookUp: NameLookup) {
    this.#source = source;
    this.#lookUp = lookUp;
  }

  breakLine(at: number): void {
    this.nodes.push({ kind: "break", start: at, end: at + 1 });
  }

  readLine({ start, end }: Range): void {
    const line = this.#source.slice(start, end);
    this.#links = findLinks(line).reverse();
    this.#ticks = findTicks(line, start);
    this.#done = start;
    this.#special = -1;
    let at = start;
    while (at < end) at = this.#readFrom(at, line, start);
    this.#addText(end);
  }

  /** Reads one thing that isn't plain text, and says where to go on. */
  #readFrom(at: number, line: string, start: number): number {
    if (this.#special < at) this.#special = start + nextSpecial(line, at - start);
    const link = this.#nextLink(at - start);
    if (link && start + link.start <= this.#special) return this.#addLink(link, start);
    if (this.#special >= start + line.length) return this.#special;
    return this.#readSpecial(this.#special);
  }

  /** The first link from here on; what began before is inside code. */
  #nextLink(at: number): FoundLink | undefined {
    while ((this.#links.at(-1)?.start ?? at) < at) this.#links.pop();
    return this.#links.at(-1);
  }

  #readSpecial(at: number): number {
    const character = this.#source[at];
    if (character === "@") return this.#readMention(at);
    if (character === "\\") return this.#readEscape(at);
    const run = this.#runAt(at);
    if (character === "`") return this.#readCode(at, run);
    return this.#readRun(at, run);
  }

  #runAt(at: number): string {
    RUN.lastIndex = at;
    return RUN.exec(this.#source)?.[0] ?? "";
  }

  /** Plain text up to a position. */
  #addText(end: number): void {
    for (const leaf of leavesBetween(this.#source, this.#done, end)) this.nodes.push(leaf);
    this.#done = end;
  }

  #addLink(link: FoundLink, offset: number): number {
    const [start, end] = [offset + link.start, offset + link.end];
    const children = leavesBetween(this.#source, start, end);
    this.#add({ kind: "link", start, end, href: link.href, target: link.target, children });
    return end;
  }

  #add(node: Inline): void {
    this.#addText(node.start);
    this.nodes.push(node);
    this.#done = node.end;
  }

  #readMention(at: number): number {
    const found = readMention(this.#source, at, this.#lookUp);
    if (!found) return at + 1;
    const children = leavesBetween(this.#source, at, found.end);
    this.#add({ kind: "mention", start: at, end: found.end, name: found.name, children });
    return found.end;
  }

  /** A backslash is hidden only where it takes a meaning away: `C:\dir` and `a\*b` keep theirs. */
  #readEscape(at: number): number {
    const shrug = at - 1;
    if (this.#source.startsWith(SHRUG, shrug)) return shrug + SHRUG.length;
    const run = this.#runAt(at + 1);
    const end = at + 1 + run.length;
    const isEscape = run.startsWith("`") || this.#isMarker(run, at, end) ||
      readMention(this.#source, at + 1, this.#lookUp) !== undefined;
    if (!isEscape) return run === "" ? at + 1 : end;
    this.#addText(at);
    this.#done = at + 1;
    return Math.max(end, at + 2);
  }

  #isMarker(run: string, start: number, end: number): boolean {
    const { canOpen, canClose } = this.#sidesOf(start, end);
    return (run in MARKERS || run === "***") && (canOpen || canClose);
  }

  #readCode(at: number, run: string): number {
    const from = at + run.length;
    const ahead = this.#ticks.get(run.length);
    while ((ahead?.at(-1) ?? from) < from) ahead!.pop();
    const to = ahead?.at(-1);
    if (to === undefined) return from;
    const inner = trimCode(this.#source, from, to);
    const children = leavesBetween(this.#source, inner.start, inner.end);
    this.#add({ kind: "code", start: at, end: to + run.length, children });
    return to + run.length;
  }

  /** Opens or closes what a run of markers stands for. Three stars are two and one. */
  #readRun(at: number, run: string): number {
    const end = at + run.length;
    const sides = this.#sidesOf(at, end);
    if (run === "***") this.#readThreeStars(at, sides);
    else if (run in MARKERS) {
      if (sides.canClose && this.#open.has(run)) this.#close(run, at);
      else if (sides.canOpen) this.#openMarker(run, at);
    }
    return end;
  }

  #readThreeStars(at: number, { canOpen, canClose }: Sides): void {
    const [strong, emphasis] = [this.#open.get("**"), this.#open.get("*")];
    if (canClose && strong !== undefined && emphasis !== undefined) {
      const [inner, outer] = strong > emphasis ? ["**", "*"] : ["*", "**"];
      this.#close(inner, at);
      this.#close(outer, at + inner.length);
    } else if (canOpen) {
      this.#openMarker("**", at);
      this.#openMarker("*", at + 2);
    }
  }

  #openMarker(marker: string, at: number): void {
    this.#addText(at);
    this.#open.set(marker, this.nodes.length);
    this.#addText(at + marker.length);
  }

  /** The marker's node takes all nodes since as its children; what they left open stays text. */
  #close(marker: string, at: number): void {
    this.#addText(at);
    const index = this.#open.get(marker)!;
    const end = at + marker.length;
    const children = this.nodes.splice(index + 1);
    this.nodes[index] = { kind: MARKERS[marker]!, start: this.nodes[index]!.start, end, children };
    for (const [other, opened] of this.#open) if (opened >= index) this.#open.delete(other);
    this.#done = end;
  }

  /** Words begin after an opening marker and end before a closing one. */
  #sidesOf(start: number, end: number): Sides {
    const [before, after] = [characterBefore(this.#source, start), characterAt(this.#source, end)];
    return {
      canOpen: !isWordCharacter(before) && /^\S/u.test(after),
      canClose: /\S$/u.test(before) && !isWordCharacter(after),
    };
  }
}

interface Sides {
  readonly canOpen: boolean;
  readonly canClose: boolean;
}

function nextSpecial(line: string, from: number): number {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(line)?.index ?? line.length;
}

function findTicks(line: string, offset: number): Map<number, number[]> {
  const ticks = new Map<number, number[]>();
  for (const { 0: run, index } of [...line.matchAll(/`+/g)].reverse()) {
    const found = ticks.get(run.length) ?? [];
    found.push(offset + index);
    ticks.set(run.length, found);
  }
  return ticks;
}

/** Without the one space on either side that lets code begin or end with a backtick. */
function trimCode(source: string, start: number, end: number): Range {
  const isPadded = end - start > 2 && /^ (?:`.*|.*`) $/u.test(source.slice(start, end));
  return isPadded ? { start: start + 1, end: end - 1 } : { start, end };
}
