/** Endings of the WebSocket protocol's own that a new connection may cure (RFC 6455, 7.4.1). */
const CURABLE = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015]);

/**
 * Whether to connect again after a close code: 4000–4499 say so, 4500–4999 say not to; of the
 * protocol's own, those that blame the moment and not the client.
 *
 * @param {number} code
 */
export function mayReconnect(code) {
  return (code >= 4000 && code < 4500) || CURABLE.has(code);
}
