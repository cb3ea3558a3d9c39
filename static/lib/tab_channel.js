/**
 * Messages between the tabs of this page in one browser.
 *
 * @typedef {object} TabChannel
 * @property {(message: object) => void} post To all tabs but this one.
 * @property {(hear: (message: any) => void) => () => void} listen Returns what ends it.
 */

/**
 * Opens a channel; where the browser has none, nobody hears anything.
 *
 * @param {string} name
 * @returns {TabChannel}
 */
export function openTabChannel(name) {
  if (typeof BroadcastChannel === "undefined") return { post() {}, listen: () => () => {} };
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen(hear) {
      const listener = (/** @type {MessageEvent} */ event) => hear(event.data);
      channel.addEventListener("message", listener);
      return () => channel.removeEventListener("message", listener);
    },
  };
}
