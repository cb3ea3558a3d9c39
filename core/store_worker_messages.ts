import type { EngineOptions } from "./sqlite_engine.ts";
import type { OpenProblem } from "./store.ts";

/** Which part of the store a Worker runs. */
export type Role = "writer" | "reader" | "searcher";

/**
 * What is asked of a Worker; each has an `id` that its answer repeats. All but `open`, which holds
 * bytes, travel as JSON text.
 */
export type ToWorker =
  | { readonly kind: "open"; readonly role: Role; readonly engine: EngineOptions }
  | { readonly kind: "call" } & Call
  /** Calls that go into one commit; the value returned is the {@linkcode Outcome} of each. */
  | { readonly kind: "calls"; readonly calls: readonly Call[] };

/** A method to call. */
export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What became of one call. */
export type Outcome =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: ThrownError };

/** What a Worker answers. */
export type FromWorker = { readonly id: number } & Outcome;

/** An error on its way between threads. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  /** Of a {@linkcode StoreOpenError}. */
  readonly problem?: OpenProblem;
}
