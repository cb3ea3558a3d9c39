import type { Item, ItemKey, Message, Note, PresenceLine } from "./item.ts";

/** Messages of one author this close together share one header. */
const RUN_MS = 5 * 60_000;

/** Messages of one author, one after the other, under one header. */
export interface Run {
  readonly kind: "run";
  readonly key: string;
  readonly messages: readonly [Message, ...Message[]];
}

/** A line without an author. */
export interface Line {
  readonly kind: "line";
  readonly key: string;
  readonly item: PresenceLine | Note;
}

/** Stands before the first unread message. */
export interface Divider {
  readonly kind: "divider";
  readonly key: "divider";
}

/** A part of a day. */
export type Block = Run | Line | Divider;

/** One day of a timeline, in the reader's time zone. */
export interface Day {
  readonly key: string;
  /** Moment of its first item, for its label. */
  readonly at: number;
  readonly blocks: readonly [Block, ...Block[]];
}

/** What rows depend on besides the items. */
export interface RowOptions {
  /** Key of the first unread message. */
  readonly divider: ItemKey | null;
  /** The reader's calendar day of an item, for comparing. */
  readonly dayOf: (item: Item) => string;
}

/**
 * Arranges items by days, runs and lines.
 *
 * @param before The days on screen. Unchanged parts are reused, so that their components are skipped.
 *   A run keeps its key, so that its rows stay when it grows or shrinks at either end.
 */
export function buildDays(
  items: readonly Item[],
  { divider, dayOf }: RowOptions,
  before: readonly Day[] = [],
): readonly Day[] {
  const known = rememberRuns(before);
  const keys = new UniqueKeys();
  const days = groupBy(items, (previous, item) => dayOf(previous) === dayOf(item))
    .map((group) => {
      const { at } = group[0];
      const blocks = buildBlocks(group, divider, known, keys);
      return { key: keys.take(`day:${dayOf(group[0])}`), at, blocks };
    });
  return reuseDays(days, before);
}

type Group<T> = readonly [T, ...T[]];

function buildBlocks(
  items: Group<Item>,
  divider: ItemKey | null,
  known: ReadonlyMap<ItemKey, Run>,
  keys: UniqueKeys,
): Group<Block> {
  const belongs = (previous: Item, item: Item) => item.key !== divider && isSameRun(previous, item);
  const blocks = groupBy(items, belongs).flatMap((group): Block[] => {
    const [item] = group;
    const before: Block[] = item.key === divider ? [{ kind: "divider", key: "divider" }] : [];
    const block = item.kind === "message"
      ? buildRun(group as Group<Message>, known, keys)
      : { kind: "line" as const, key: keys.take(item.key), item };
    return [...before, block];
  });
  return blocks as unknown as Group<Block>;
}

function buildRun(
  messages: Group<Message>,
  known: ReadonlyMap<ItemKey, Run>,
  keys: UniqueKeys,
): Run {
  const old = messages.map(({ key }) => known.get(key)).find((run) =>
    run !== undefined && !keys.has(run.key)
  );
  if (old === undefined) return { kind: "run", key: keys.take(`run:${messages[0].key}`), messages };
  keys.take(old.key);
  return isSameList(old.messages, messages) ? old : { kind: "run", key: old.key, messages };
}

/** Unique keys of one rendering: a day or run may be split in two. */
class UniqueKeys {
  readonly #taken = new Set<string>();

  has(key: string): boolean {
    return this.#taken.has(key);
  }

  take(key: string): string {
    let free = key;
    for (let i = 2; this.#taken.has(free); i++) free = `${key}:${i}`;
    this.#taken.add(free);
    return free;
  }
}

function rememberRuns(days: readonly Day[]): ReadonlyMap<ItemKey, Run> {
  const runs = days.flatMap(({ blocks }) => blocks.filter((block) => block.kind === "run"));
  return new Map(runs.flatMap((run) => run.messages.map(({ key }) => [key, run] as const)));
}

/** The same days as before, wherever they didn't change. */
function reuseDays(days: readonly Day[], before: readonly Day[]): readonly Day[] {
  const known = new Map(before.map((day) => [day.key, day]));
  const reused = days.map((day) => {
    const old = known.get(day.key);
    return old?.at === day.at && isSameList(old.blocks, day.blocks, isSameBlock) ? old : day;
  });
  return isSameList(reused, before) ? before : reused;
}

function isSameBlock(a: Block, b: Block): boolean {
  if (a.kind === "line" && b.kind === "line") return a.item === b.item;
  return a === b || (a.kind === "divider" && b.kind === "divider");
}

function isSameList<T>(
  a: readonly T[],
  b: readonly T[],
  isSame: (a: T, b: T) => boolean = Object.is,
): boolean {
  return a.length === b.length && a.every((item, i) => isSame(item, b[i] as T));
}

/** Splits a list where an item doesn't belong to the previous one. */
function groupBy<T>(
  items: readonly T[],
  belongs: (previous: T, item: T) => boolean,
): Group<T>[] {
  const groups: [T, ...T[]][] = [];
  items.forEach((item, i) => {
    const group = groups.at(-1);
    if (group !== undefined && belongs(items[i - 1] as T, item)) group.push(item);
    else groups.push([item]);
  });
  return groups;
}

function isSameRun(previous: Item, item: Item): boolean {
  if (previous.kind !== "message" || item.kind !== "message") return false;
  return Math.abs(item.at - previous.at) <= RUN_MS && authorOf(previous) === authorOf(item);
}

/**
 * Whose run a message belongs to. A failed one stands alone, so that arrivals above it leave its row,
 * and the focus on its buttons, in place.
 */
function authorOf({ key, isMine, author, delivery }: Message): string {
  if (delivery.state === "failed") return `failed ${key}`;
  return isMine ? "mine" : `${author.account} ${author.username}`;
}
