/** Messages between the tabs of this page in one browser. */
export interface TabChannel {
  /** Sends a message to all other tabs. */
  post(message: object): void;
  /** Calls `hear` with each message of another tab, until the returned function is called. */
  listen(hear: (message: unknown) => void): () => void;
}

/** Opens a channel; in browsers without `BroadcastChannel`, it stays silent. */
export function openTabChannel(name: string): TabChannel {
  if (typeof BroadcastChannel === "undefined") return { post() {}, listen: () => () => {} };
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen(hear) {
      const listener = (event: MessageEvent) => hear(event.data);
      channel.addEventListener("message", listener);
      return () => channel.removeEventListener("message", listener);
    },
  };
}
