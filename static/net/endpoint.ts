/** A position in one log: the connection resumes after it. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/**
 * Address of a user's socket, beside the page, also when the page is served under a sub-path.
 *
 * @param base The page's base address.
 * @param position The server replays everything after it; null on a first visit.
 */
export function socketUrl(username: string, base: string, position: Position | null): string {
  const url = new URL(`ws/${encodeURIComponent(username)}`, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = position === null
    ? ""
    : `?epoch=${encodeURIComponent(position.epoch)}&seq=${position.seq}`;
  url.hash = "";
  return url.href;
}
