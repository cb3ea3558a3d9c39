import type { EngineOptions } from "./sqlite_engine.ts";
import type { OpenProblem } from "./store.ts";

/** What is asked of a Worker; each has an `id` that its answer repeats. */
export type ToWorker =
  | { readonly kind: "open"; readonly role: "writer" | "reader"; readonly engine: EngineOptions }
  | { readonly kind: "call"; readonly method: string; readonly args: readonly unknown[] };

/** What a Worker answers. */
export type FromWorker =
  | { readonly id: number; readonly kind: "returned"; readonly value: unknown }
  | { readonly id: number; readonly kind: "threw"; readonly error: ThrownError };

/** An error on its way between threads. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  /** Of a {@linkcode StoreOpenError}. */
  readonly problem?: OpenProblem;
}
