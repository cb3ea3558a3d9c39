/** An emoji as it is searched for: skin tones are left out. */
export interface Emoji {
  readonly emoji: string;
  /** Its name between colons: `tada`. */
  readonly name: string;
  /** Further words that find it. */
  readonly words: readonly string[];
}

/** How well an emoji matches the typed text: lower is better. */
const [EXACT, RECENT, BEGINS, HAS_WORD, CONTAINS, NOT_AT_ALL] = [0, 1, 2, 3, 4, 5];
/** Shorter ones are contained in almost anything. */
const MIN_CONTAINED = 3;

let loading: Promise<readonly Emoji[]> | null = null;

/** All emoji, the most used ones first. Their table is loaded when it is first asked for. */
export function loadEmoji(): Promise<readonly Emoji[]> {
  return loading ??= import("./emoji_table.ts").then(
    ({ EMOJI_TABLE }) => readTable(EMOJI_TABLE),
    (error) => {
      loading = null;
      throw error;
    },
  );
}

function readTable(table: string): Emoji[] {
  return table.trim().split(/[,\n]/).map((row) => {
    const [emoji = "", name = "", ...words] = row.split(" ");
    return { emoji, name, words };
  });
}

/**
 * The emoji that fit what is typed, best first: that name itself, recent ones, names that begin so,
 * words that begin so, names that contain it.
 *
 * @param table What {@linkcode loadEmoji} gave.
 * @param typed Without colons.
 * @param recent Emoji used lately, the last one first.
 * @param limit How many at most.
 */
export function findEmoji(
  table: readonly Emoji[],
  typed: string,
  recent: readonly string[] = [],
  limit = 8,
): Emoji[] {
  const wanted = typed.toLowerCase();
  const fits: Emoji[][] = Array.from({ length: NOT_AT_ALL }, () => []);
  for (const one of table) fits[fitOf(one, wanted, recent)]?.push(one);
  const lastFirst = (a: Emoji, b: Emoji) => recent.indexOf(a.emoji) - recent.indexOf(b.emoji);
  fits[RECENT]?.sort(lastFirst);
  return fits.flat().slice(0, limit);
}

function fitOf(one: Emoji, wanted: string, recent: readonly string[]): number {
  if (one.name === wanted) return EXACT;
  const fit = fitOfName(one, wanted);
  return fit < NOT_AT_ALL && recent.includes(one.emoji) ? RECENT : fit;
}

function fitOfName({ name, words }: Emoji, wanted: string): number {
  if (name.startsWith(wanted)) return BEGINS;
  if (name.includes(`_${wanted}`) || words.some((word) => word.startsWith(wanted))) return HAS_WORD;
  return wanted.length >= MIN_CONTAINED && name.includes(wanted) ? CONTAINS : NOT_AT_ALL;
}
