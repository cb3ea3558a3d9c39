import { PEERS } from "./peers.ts";
import type { Results } from "./results.ts";
import { type Spread, spreadOf } from "./stats.ts";

/** The cases that are drawn, and their headings. */
const PANELS = [
  ["200x16", "200 connections, 16 senders × 8 in flight"],
  ["1000x16", "1,000 connections, 16 senders × 8 in flight"],
  ["1000x100", "1,000 connections, 100 senders × 1 in flight"],
] as const;

/** Sizes in pixels. */
const WIDTH = 860;
const LABELS = 250;
const VALUES = 130;
const ROW = 24;
const BAR = 14;
const HEADING = 50;
const TOP = 40;

/** Colours for a light page, and in `@media` for a dark one. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .value { font-variant-numeric: tabular-nums }
  .bar { fill: #8c959f }
  .bar.parley { fill: #0969da }
  .spread { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .bar { fill: #6e7681 }
    .bar.parley { fill: #4493f8 }
    .spread { stroke: #e6edf3 }
  }`;

interface Bar {
  readonly peer: string;
  readonly title: string;
  readonly spread: Spread;
}

/** Draws messages delivered a second as bars from zero; `undefined` if none of it was measured. */
export function plotOf(results: Results): string | undefined {
  let y = TOP;
  const panels: string[] = [];
  for (const [name, heading] of PANELS) {
    const bars = barsOf(results, name);
    if (bars.length === 0) continue;
    panels.push(panelOf(bars, heading, y));
    y += HEADING + bars.length * ROW;
  }
  if (panels.length === 0) return undefined;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img"` +
    ` aria-label="Messages delivered a second, by server">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="8" y="24">Messages delivered a second (median, lowest to highest)</text>`,
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function barsOf(results: Results, name: string): Bar[] {
  return PEERS.flatMap(({ name: peer, title }) => {
    const spread = spreadOf(results, { peer, case: name }, (run) => run.deliveredPerSecond);
    return spread ? [{ peer, title: title.replaceAll("`", ""), spread }] : [];
  });
}

function panelOf(bars: readonly Bar[], heading: string, top: number): string {
  const most = Math.max(...bars.map(({ spread }) => spread.high));
  const scale = (value: number) => value / most * (WIDTH - LABELS - VALUES);
  const rows = bars.map((bar, i) => rowOf(bar, top + HEADING + i * ROW, scale));
  return [`<text x="8" y="${top + 26}">${heading}</text>`, ...rows].join("\n");
}

function rowOf({ peer, title, spread }: Bar, y: number, scale: (value: number) => number): string {
  const { median, low, high } = spread;
  const [from, to] = [LABELS + scale(low), LABELS + scale(high)];
  const middle = y - BAR / 2 + 2;
  const kind = peer.startsWith("parley") ? "bar parley" : "bar";
  return [
    `<text x="${LABELS - 8}" y="${y}" text-anchor="end">${title}</text>`,
    `<rect class="${kind}" x="${LABELS}" y="${y - BAR + 2}" width="${px(scale(median))}" ` +
    `height="${BAR}"/>`,
    `<line class="spread" x1="${px(from)}" x2="${px(to)}" y1="${middle}" y2="${middle}"/>`,
    `<text class="value" x="${px(to + 8)}" y="${y}">${valueText(median)}</text>`,
  ].join("\n");
}

function px(value: number): string {
  return value.toFixed(1);
}

function valueText(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toFixed(2)} million`
    : Math.round(value).toLocaleString("en");
}
