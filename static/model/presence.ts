import type { User } from "../../core/protocol.ts";

/** Who is connected. */
export interface Presence {
  /** Number of people, all of them. */
  readonly online: number;
  /** Those whom the server listed, by account. */
  readonly users: ReadonlyMap<string, User>;
}

/** Before the first welcome. */
export const NOBODY: Presence = { online: 0, users: new Map() };
