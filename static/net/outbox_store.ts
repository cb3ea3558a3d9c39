import type { Address, Person } from "../model/address.ts";

/** One message on its way: kept until its ack, through reloads and lost connections. */
export interface OutboxRow {
  /** Idempotency key; every repeat of this send carries it. */
  readonly id: string;
  to: Address;
  readonly text: string;
  /** When it was written, epoch milliseconds. */
  readonly at: number;
  state: "pending" | "failed";
  /** Why it failed, for people; empty while pending. */
  reason: string;
  /** As whom it was written; null before the first welcome. */
  writer: Identity | null;
}

/** The account that the server takes this page for, and the log it belongs to. */
export interface Identity {
  readonly username: string;
  readonly account: string;
  readonly epoch: string;
}

/**
 * Keeps rows beyond the life of the page. Each promise resolves once the work is done, and rejects
 * where it can't be done.
 */
export interface OutboxStore {
  /** An account's rows in the order of writing, whatever their log. */
  all(account: string): Promise<OutboxRow[]>;
  /** Adds a row at the end, or replaces the one with the same `id` in its place. */
  put(row: OutboxRow): Promise<void>;
  remove(id: string): Promise<void>;
  /** Forgets all rows of an account. */
  wipe(account: string): Promise<void>;
  /** Whether no account has a row. */
  isEmpty(): Promise<boolean>;
}

/** A row as stored; earlier versions of the page had `peer`, null for the lobby, instead of `to`. */
type StoredRow = OutboxRow & { peer?: { username: string; account: string | null } | null };

/** Reads a stored row, also one of an earlier version; undefined when it is damaged. */
export function readStoredRow(value: unknown): OutboxRow | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, text, at, state, reason, writer, ...rest } = value as StoredRow;
  if (typeof id !== "string" || typeof text !== "string") return undefined;
  if (typeof at !== "number" || typeof reason !== "string") return undefined;
  if (state !== "pending" && state !== "failed") return undefined;
  if (writer !== null && !isIdentity(writer)) return undefined;
  const to = readAddress(rest);
  return to && { id, to, text, at, state, reason, writer };
}

/** Never guesses: an unreadable addressee must not turn a private message into a public one. */
function readAddress({ to, peer }: Pick<StoredRow, "to" | "peer">): Address | undefined {
  if (to?.kind === "lobby") return to;
  if (to === undefined && peer === null) return { kind: "lobby" };
  const person = to?.kind === "direct" ? to : peer;
  if (!isPerson(person)) return undefined;
  return { kind: "direct", username: person.username, account: person.account };
}

/** Whether a stored value names a person. */
export function isPerson(value: unknown): value is Person {
  if (typeof value !== "object" || value === null) return false;
  const { username, account } = value as Partial<Person>;
  return typeof username === "string" && (account === null || typeof account === "string");
}

function isIdentity(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { username, account, epoch } = value as Partial<Identity>;
  return [username, account, epoch].every((part) => typeof part === "string");
}
