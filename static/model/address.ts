/** Whom messages go to: everyone in the lobby, or one person. */
export type Address =
  | { readonly kind: "lobby" }
  | {
    readonly kind: "direct";
    readonly username: string;
    /** Null until a frame or the list of people tells it. */
    readonly account: string | null;
  };

export const LOBBY_ADDRESS: Address = { kind: "lobby" };
