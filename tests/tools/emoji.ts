import { PROJECT } from "../support/program.ts";

// The task `emoji`: writes `static/text/emoji_table.ts` from `emojibase-data`. The page needs one
// name and a few search words an emoji, which is a twelfth of that data.

/** Newer ones show as a box on most devices. */
const NEWEST_VERSION = 16;
/** Words an emoji besides its name: with more, the table would pass 24 KiB compressed. */
const MAX_WORDS = 3;
/** Used most: these stand first, and are offered first among equal matches. */
const COMMON =
  "👍❤️😂🎉🙏😊🔥👀✅😢😭🙂😄🤔👏💯🚀😅👋😍😉😎🤷🤦😬😱🥳🙌👌💪✨⭐⚡☕🍕🐛💡📌⚠️❌❓👎";
/** Words that tell nothing. */
const EMPTY = new Set("and button face flag for in of on sign symbol the to with".split(" "));
/** Group of what is part of an emoji, such as hair. */
const PARTS = 2;
/** A woman or a man, of an emoji that has neither: found by the same name. */
const GENDERED = /\u200D[♀♂]/u;

/** What the task reads of a row of `emojibase-data`. */
interface Source {
  readonly emoji: string;
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly version: number;
  /** Absent for letters that flags are made of. */
  readonly group?: number;
  readonly subgroup?: number;
  readonly order?: number;
}
type Names = Readonly<Record<string, string | readonly string[]>>;

// The package's own types need those of the DOM, which contradict Deno's in the whole project.
const data: readonly Source[] = await read("data");
const emojibase: Names = await read("shortcodes/emojibase");
const github: Names = await read("shortcodes/github");

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const common = Array.from(graphemes.segment(COMMON), ({ segment }) => segment);

const sources = data.filter(({ group, version }) =>
  group !== undefined && group !== PARTS && version <= NEWEST_VERSION
).toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
const isCommon = (source: Source) => common.includes(toShown(source.emoji));
const first = sources.filter(isCommon)
  .toSorted((a, b) => common.indexOf(toShown(a.emoji)) - common.indexOf(toShown(b.emoji)));
const groups = Map.groupBy(sources.filter((source) => !isCommon(source)), (one) => one.subgroup);
const lines = [first, ...groups.values()].map((group) => group.map(toRow).join(","));

await Deno.writeTextFile(
  new URL("static/text/emoji_table.ts", PROJECT),
  `/**
 * The emoji with their names and search words, the most used ones first; a row begins with the
 * emoji itself. Made by \`deno task emoji\` from emojibase-data (© Miles Johnson, MIT licence).
 */
export const EMOJI_TABLE = \`
${lines.join("\n")}
\`;
`,
);

async function read(file: string) {
  return (await import(`emojibase-data/en/${file}.json`, { with: { type: "json" } })).default;
}

function toRow(source: Source): string {
  const known = namesIn(github, source);
  const [name = "", ...aliases] = known.length > 0 ? known : namesIn(emojibase, source);
  const label = source.label.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const words = leaveOut([...aliases.slice(0, 1), ...label, ...source.tags ?? []], name);
  const count = GENDERED.test(source.emoji) ? 0 : MAX_WORDS;
  return [toShown(source.emoji), name, ...words.slice(0, count)].join(" ");
}

function namesIn(names: Names, { hexcode }: Source): readonly string[] {
  const found = names[hexcode] ?? [];
  return typeof found === "string" ? [found] : found;
}

/** Without empty words, and without those that the name or an earlier word begins with. */
function leaveOut(words: readonly string[], name: string): string[] {
  const kept = [name];
  for (const word of words) {
    const isNew = !kept.some((other) => other.split("_").some((part) => part.startsWith(word)));
    if (isNew && /^[a-z0-9_+-]{2,}$/.test(word) && !EMPTY.has(word)) kept.push(word);
  }
  return kept.slice(1);
}

/** Without the selector of emoji presentation where the character has it by itself. */
function toShown(emoji: string): string {
  const bare = emoji.replace(/\uFE0F$/u, "");
  return /^\p{Emoji_Presentation}$/u.test(bare) ? bare : emoji;
}
