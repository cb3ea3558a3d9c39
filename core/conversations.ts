/** The conversation everyone is in. */
export const LOBBY = "lobby";

/**
 * Names the private conversation of two accounts: the same from either side, and never that of
 * anyone who later holds one of their names.
 */
export function privateConversation(a: string, b: string): string {
  return a < b ? `${a}.${b}` : `${b}.${a}`;
}
