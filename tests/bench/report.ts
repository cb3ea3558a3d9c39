import { plotOf } from "./plot.ts";
import type { Results } from "./results.ts";
import { markdownOf } from "./tables.ts";

const DOCS = new URL("../../docs/", import.meta.url);
/** What stands around the tables in `docs/benchmarks.md`; everything outside is left as it is. */
const BEGIN = "<!-- deno task bench: begin -->";
const END = "<!-- deno task bench: end -->";

const PICTURE = "![Messages delivered a second, by server](benchmarks.svg)";

/** Where the report goes. */
export interface ReportOptions {
  readonly folder: string;
  /** Whether it also replaces the tables and the plot of the manual. */
  readonly isForDocs: boolean;
}

/** Writes the tables as Markdown and the plot as SVG. */
export async function writeReport(results: Results, options: ReportOptions): Promise<void> {
  const markdown = markdownOf(results);
  const plot = plotOf(results);
  console.log(`\n${markdown}\n`);
  await Deno.writeTextFile(`${options.folder}/report.md`, `${markdown}\n`);
  if (plot !== undefined) await Deno.writeTextFile(`${options.folder}/report.svg`, plot);
  if (!options.isForDocs) return;
  await writeDocs(markdown, plot);
}

async function writeDocs(markdown: string, plot: string | undefined): Promise<void> {
  const page = new URL("benchmarks.md", DOCS);
  const shown = plot === undefined ? markdown : `${PICTURE}\n\n${markdown}`;
  await Deno.writeTextFile(page, withTables(await Deno.readTextFile(page), shown));
  if (plot !== undefined) await Deno.writeTextFile(new URL("benchmarks.svg", DOCS), plot);
  const made = ["benchmarks.md", ...(plot === undefined ? [] : ["benchmarks.svg"])];
  const args = ["fmt", "--quiet", ...made];
  await new Deno.Command(Deno.execPath(), { args, cwd: DOCS }).output();
}

/**
 * Puts tables into a page in the place of the earlier ones.
 *
 * @throws {Error} If the page has no such place.
 */
export function withTables(page: string, markdown: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`Cannot find ${BEGIN} and ${END} in the page`);
  return `${page.slice(0, start + BEGIN.length)}\n\n${markdown}\n\n${page.slice(end)}`;
}
