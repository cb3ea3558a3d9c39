/** @import {Api} from "./net/api.ts" */

/** What the README and the terminal call this machine: to a browser it is another origin. */
const NAME = "localhost";
const ADDRESS = "127.0.0.1";

/**
 * Where a document at this machine's address should be opened instead, so that the page keeps its
 * cookie and messages in one place; null anywhere else.
 *
 * @param {URL} url
 */
export function namedAddress(url) {
  if (url.protocol !== "http:" || url.hostname !== ADDRESS) return null;
  const named = new URL(url);
  named.hostname = NAME;
  return named;
}

/**
 * Whether something of the reader's is kept under this origin, which they would miss at another:
 * a name that the session holds, a draft, or a message that wasn't sent. What can't be found out
 * counts as kept.
 *
 * @param {object} options
 * @param {readonly string[]} options.keys Names of what the page has stored.
 * @param {Pick<Api, "get">} options.api
 * @param {() => Promise<boolean>} options.hasUnsent Whether the database holds a message.
 */
export async function isAnythingKept({ keys, api, hasUnsent }) {
  // Nobody was ever in the chat here.
  if (keys.length === 0) return false;
  if (keys.some((key) => key !== "name")) return true;
  try {
    const { accounts } = await api.get("session");
    return accounts.length > 0 || await hasUnsent();
  } catch {
    return true;
  }
}
