/** Random bytes in an idempotency key; 128 bits never meet twice. */
const ID_BYTES = 16;

/**
 * Makes an idempotency key: 22 characters of base64url.
 * `crypto.randomUUID` needs a secure context, and a chat on a local network has none.
 */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
