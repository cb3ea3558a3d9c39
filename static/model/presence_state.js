/** @import {ServerFrame, User} from "../../core/protocol.ts" */
import { nameKey } from "../text/name_key.ts";

/**
 * Who is here. `online` counts everyone; `users` holds those the server listed, by account.
 *
 * @typedef {{online: number, users: ReadonlyMap<string, User>}} PresenceState
 */

/** Nobody, before the first welcome. @type {PresenceState} */
export const NOBODY = { online: 0, users: new Map() };

/**
 * Presence after one more frame; other frames than presence ones change nothing.
 *
 * @param {PresenceState} state
 * @param {ServerFrame} frame
 * @returns {PresenceState}
 */
export function reducePresence(state, frame) {
  switch (frame.type) {
    case "welcome":
      return { online: frame.online, users: change(new Map(), frame.users, []) };
    case "joined":
      return { online: frame.online, users: change(state.users, [frame], []) };
    case "left":
      return { online: frame.online, users: change(state.users, [], [frame]) };
    case "presence":
      return { online: frame.online, users: change(state.users, frame.joined, frame.left) };
    default:
      return state;
  }
}

/**
 * The user who holds a name now, as far as the list tells.
 *
 * @param {PresenceState} state
 * @param {string} username
 * @returns {User | undefined}
 */
export function findByName(state, username) {
  const key = nameKey(username);
  for (const user of state.users.values()) if (nameKey(user.username) === key) return user;
  return undefined;
}

/**
 * The listed users by name, oneself first.
 *
 * @param {PresenceState} state
 * @param {string} ownAccount
 * @returns {readonly User[]}
 */
export function sortedUsers(state, ownAccount) {
  const known = sorted.get(state);
  if (known?.ownAccount === ownAccount) return known.users;
  const users = sortUsers(state, ownAccount);
  sorted.set(state, { ownAccount, users });
  return users;
}

/**
 * Sorting thousands takes many milliseconds, and every keystroke of a name asks for it.
 *
 * @type {WeakMap<PresenceState, {ownAccount: string, users: readonly User[]}>}
 */
const sorted = new WeakMap();

/**
 * @param {PresenceState} state
 * @param {string} ownAccount
 */
function sortUsers(state, ownAccount) {
  const rank = (/** @type {User} */ user) => user.account === ownAccount ? 0 : 1;
  return [...state.users.values()].sort((a, b) =>
    rank(a) - rank(b) || collator.compare(a.username, b.username)
  );
}

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

/**
 * @param {ReadonlyMap<string, User>} users
 * @param {readonly User[]} joined
 * @param {readonly User[]} left
 */
function change(users, joined, left) {
  const next = new Map(users);
  for (const { account } of left) next.delete(account);
  for (const { username, account } of joined) next.set(account, { username, account });
  return next;
}
