import { closeSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import { type LogFiles, makePrivateFile } from "./sqlite_files.ts";
import type { Methods } from "./store_channel.ts";
import { StoreOpenError, StoreUnavailableError } from "./store.ts";

/** What is kept free: some hundred small commits. */
const SPARE_BYTES = 1024 ** 2;
/** Given back at a time: ten times what ending a session takes. */
const STEP_BYTES = 128 * 1024;
/** What must be free beside it for the log to take messages: the longest takes a quarter of it. */
const MARGIN_BYTES = 64 * 1024;
/** Random, or a file system that compresses would keep hardly anything free. */
const FILLING = crypto.getRandomValues(new Uint8Array(MARGIN_BYTES));

/** Small changes that must be possible on a full disk: they end what somebody may do. */
export const VITAL: ReadonlySet<string> = new Set([
  "revokeSession",
  "revokeSessionsOf",
  "closeAccount",
]);
/** What writes nothing, or calls others. */
const HARMLESS: ReadonlySet<string> = new Set([
  "position",
  "together",
  "limitPages",
  "close",
]);

/**
 * Keeps some of the disk free for vital changes, by a file that is made shorter when they need the
 * space. Until it has its full length again all other changes are refused, or they would take the
 * space first.
 */
export class Headroom {
  #files: LogFiles;
  #size = 0;

  /** @throws {StoreOpenError} When the folder can't be written to. */
  constructor(files: LogFiles) {
    this.#files = files;
    this.#find();
  }

  /** @throws {StoreUnavailableError} Unless all the space is kept. */
  require(): void {
    if (this.#size < SPARE_BYTES) this.#grow(SPARE_BYTES);
  }

  /** @throws {StoreUnavailableError} Unless there is also room for a long message. */
  requireMore(): void {
    this.require();
    try {
      this.#grow(SPARE_BYTES + MARGIN_BYTES);
    } finally {
      this.#shrink(SPARE_BYTES);
    }
  }

  /** Makes a change, for which it gives back as much space as that takes. */
  spend<Result>(change: () => Result): Result {
    while (true) {
      try {
        return change();
      } catch (error) {
        if (!isFull(error) || this.#size === 0) throw error;
        this.#shrink(Math.max(0, this.#size - STEP_BYTES));
      }
    }
  }

  #grow(size: number): void {
    this.#change((descriptor) => {
      while (this.#size < size) {
        const length = Math.min(FILLING.length, size - this.#size);
        this.#size += writeSync(descriptor, FILLING, 0, length, this.#size);
      }
    });
  }

  #shrink(size: number): void {
    if (this.#size <= size) return;
    this.#change((descriptor) => {
      ftruncateSync(descriptor, size);
      this.#size = size;
      // Some file systems give space back only once they have noted that it is free.
      if (size < SPARE_BYTES) fsyncSync(descriptor);
    });
  }

  #find(): void {
    const { folder, spare } = this.#files;
    makePrivateFile(folder, spare);
    this.#size = statSync(spare).size;
  }

  #change(work: (descriptor: number) => void): void {
    try {
      this.#find(); // Somebody in need of space may have deleted it.
      const descriptor = openSync(this.#files.spare, "r+");
      try {
        work(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (cause) {
      throw new StoreUnavailableError(`storage unavailable: ${cause}`, { cause });
    }
  }
}

/** Lets a writer's vital changes use the headroom, and no other. */
export function guard<Served extends Methods>(writer: Served, headroom: Headroom): Served {
  const methods = Object.entries(writer).map(([name, method]): [string, Methods[string]] => {
    if (HARMLESS.has(name)) return [name, method];
    if (VITAL.has(name)) return [name, (...args) => headroom.spend(() => method(...args))];
    const check = name === "probe" ? () => headroom.requireMore() : () => headroom.require();
    return [name, (...args) => {
      check();
      return method(...args);
    }];
  });
  return Object.fromEntries(methods) as unknown as Served;
}

/** As SQLite says it; the file of its shared memory fails to grow as an I/O error. */
function isFull(error: unknown): boolean {
  const isRefusal = error instanceof StoreUnavailableError || error instanceof StoreOpenError;
  return isRefusal && /disk is full|disk I\/O error/.test(error.message);
}
