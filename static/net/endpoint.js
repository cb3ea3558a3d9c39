/**
 * Address of a user's socket, beside the page wherever that is served, under a sub-path too.
 *
 * @param {string} username
 * @param {string} base The page's base address.
 * @param {{epoch: string, seq: number} | null} position Where the page stands in the log, to be
 *   sent what came since; null for a first visit.
 */
export function socketUrl(username, base, position) {
  const url = new URL(`ws/${encodeURIComponent(username)}`, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = position === null
    ? ""
    : `?epoch=${encodeURIComponent(position.epoch)}&seq=${position.seq}`;
  url.hash = "";
  return url.href;
}
