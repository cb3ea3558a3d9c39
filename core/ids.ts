/** Makes opaque identifiers; handed in, so that tests can name what they expect. */
export interface Ids {
  /**
   * A new account's public id: `a_` and 12 characters of base64url. It is no secret, only unique,
   * and stands in every message: 72 random bits give one chance in ten thousand that any two of a
   * billion accounts share one, and each byte is sent to everybody.
   */
  account(): string;
  /** A new log's id: `e_` and 22 characters of base64url. */
  epoch(): string;
}

/** Identifiers from the platform's cryptographic random source. */
export const randomIds: Ids = {
  account: () => `a_${randomText(9)}`,
  epoch: () => `e_${randomText(16)}`,
};

/** Random bytes as base64url without padding; 16 bytes give 22 characters. */
export function randomText(byteLength: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(byteLength));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
