import type { User } from "../../core/protocol.ts";
import { nameKey } from "../text/name_key.ts";

/** Who is connected. */
export interface Presence {
  /** Number of people, all of them. */
  readonly online: number;
  /** The people whom the server listed, by account. */
  readonly users: ReadonlyMap<string, User>;
}

/** Before the first welcome. */
export const NOBODY: Presence = { online: 0, users: new Map() };

/** Adds people who joined to a list and removes those who left. */
export function changeUsers(
  users: Map<string, User>,
  joined: readonly User[],
  left: readonly User[],
): void {
  for (const { account } of left) users.delete(account);
  for (const { username, account } of joined) users.set(account, { username, account });
}

/** The user who holds a name now, as far as the list tells. */
export function findByName({ users }: Presence, username: string): User | undefined {
  const key = nameKey(username);
  for (const user of users.values()) if (nameKey(user.username) === key) return user;
  return undefined;
}

/** Sorting thousands takes many milliseconds, and every keystroke of a name asks for it. */
const sorted = new WeakMap<
  Presence,
  { readonly ownAccount: string; readonly users: readonly User[] }
>();

/** The listed users by name, oneself first. */
export function sortedUsers(presence: Presence, ownAccount: string): readonly User[] {
  const known = sorted.get(presence);
  if (known?.ownAccount === ownAccount) return known.users;
  const users = sortUsers(presence, ownAccount);
  sorted.set(presence, { ownAccount, users });
  return users;
}

function sortUsers({ users }: Presence, ownAccount: string): readonly User[] {
  const rank = ({ account }: User) => account === ownAccount ? 0 : 1;
  return [...users.values()].sort((a, b) =>
    rank(a) - rank(b) || collator.compare(a.username, b.username)
  );
}

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
