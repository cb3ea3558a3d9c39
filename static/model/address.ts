/** Somebody who can receive messages. */
export interface Person {
  readonly username: string;
  /** Null until a frame or the list of people tells it. */
  readonly account: string | null;
}

/** Recipient of messages: everyone in the lobby, or one person. */
export type Address =
  | { readonly kind: "lobby" }
  | ({ readonly kind: "direct" } & Person);

/** Everyone. */
export const LOBBY_ADDRESS: Address = { kind: "lobby" };

/** The address of one person. */
export function directTo({ username, account }: Person): Extract<Address, { kind: "direct" }> {
  return { kind: "direct", username, account };
}
