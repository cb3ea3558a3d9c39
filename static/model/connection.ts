import type { ErrorFrame } from "../../core/protocol.ts";

/**
 * How the connection stands. `ended` means that retrying can't help; `refusal` is the last error
 * frame that came before.
 */
export type ConnectionState =
  | { readonly state: "idle" }
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "online" }
  | {
    readonly state: "waiting";
    readonly attempt: number;
    readonly delayMs: number;
    readonly refusal: ErrorFrame | null;
  }
  | { readonly state: "ended"; readonly code: number; readonly refusal: ErrorFrame | null };
