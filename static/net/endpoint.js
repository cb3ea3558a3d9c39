/**
 * Address of a user's socket, beside the page wherever that is served, under a sub-path too.
 *
 * @param {string} username
 * @param {string} base The page's base address.
 */
export function socketUrl(username, base) {
  const url = new URL(`ws/${encodeURIComponent(username)}`, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = "";
  url.hash = "";
  return url.href;
}
