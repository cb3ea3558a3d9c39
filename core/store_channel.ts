import type { LogPosition } from "./sqlite_engine.ts";

/** The methods of something that runs here or in a Worker. */
// deno-lint-ignore no-explicit-any -- any method's arguments and result
export type Methods = Readonly<Record<string, (...args: any[]) => unknown>>;

/** Calls methods where they run, one after the other. */
export interface Channel<Served extends Methods> {
  /**
   * Calls one method.
   *
   * @throws What the method throws; {@linkcode StoreUnavailableError} when its Worker is gone.
   */
  call<Name extends keyof Served>(
    name: Name,
    ...args: Parameters<Served[Name]>
  ): Promise<ReturnType<Served[Name]>>;
  /**
   * Calls `listener` with the position of the log whenever it was opened again, because its Worker
   * had ended: what was asked of that one may have been done, and its answers are lost.
   */
  onReopened(listener: (position: LogPosition) => void): void;
  /** Ends it once everything asked of it is done. */
  close(): Promise<void>;
}

/** Runs methods in this thread, which they block. */
export class LocalChannel<Served extends Methods & { close(): void }> implements Channel<Served> {
  #served: Served;

  constructor(served: Served) {
    this.#served = served;
  }

  call<Name extends keyof Served>(
    name: Name,
    ...args: Parameters<Served[Name]>
  ): Promise<ReturnType<Served[Name]>> {
    // In a promise's executor what is thrown rejects it.
    return new Promise((resolve) =>
      resolve(this.#served[name]!(...args) as ReturnType<Served[Name]>)
    );
  }

  /** What runs in this thread loses no answers. */
  onReopened(): void {}

  close(): Promise<void> {
    return new Promise((resolve) => resolve(this.#served.close()));
  }
}
