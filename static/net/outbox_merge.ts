import type { OutboxRow } from "./outbox_store.ts";

/**
 * The store's rows in its order, then the rows that only this tab knows.
 *
 * @param unkept Ids of rows of which this tab's version is newer than the store's.
 */
export function mergeRows(
  stored: readonly OutboxRow[],
  own: readonly OutboxRow[],
  unkept: ReadonlySet<string>,
): OutboxRow[] {
  const ownById = new Map(own.map((row) => [row.id, row]));
  const ids = new Set(idsOf(stored));
  return [
    ...stored.map((row) => unkept.has(row.id) ? ownById.get(row.id) ?? row : row),
    ...own.filter((row) => !ids.has(row.id)),
  ];
}

export function idsOf(rows: readonly OutboxRow[]): string[] {
  return rows.map((row) => row.id);
}
