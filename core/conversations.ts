/** The conversation everyone is in. */
export const LOBBY = "lobby";

/**
 * Names the private conversation of two accounts: the same from either side, and never that of
 * anyone who later holds one of their names.
 */
export function privateConversation(a: string, b: string): string {
  return a < b ? `${a}.${b}` : `${b}.${a}`;
}

/** Whether an account takes part in a conversation. */
export function isIn(conversation: string, account: string): boolean {
  return conversation === LOBBY || conversation.split(".").includes(account);
}
