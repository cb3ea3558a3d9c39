/** Close codes of the WebSocket protocol that a new connection may cure (RFC 6455, 7.4.1). */
const CURABLE = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015]);

/** Close code: signed out, here or everywhere, or the account was deleted. */
export const SIGNED_OUT = 4504;

/**
 * Whether to connect again after a close code: always for 4000–4499, never for 4500–4999; of the
 * protocol's own codes, for those that don't blame the client.
 */
export function mayReconnect(code: number): boolean {
  return (code >= 4000 && code < 4500) || CURABLE.has(code);
}
