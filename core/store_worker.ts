import type { Log } from "./log.ts";
import type { EngineOptions } from "./sqlite_engine.ts";
import { StoreOpenError, StoreUnavailableError } from "./store.ts";
import type { Channel, Methods } from "./store_channel.ts";
import type { FromWorker, ThrownError, ToWorker } from "./store_worker_messages.ts";

/** Which half of the store a Worker runs. */
export type Role = "writer" | "reader";

const WORKER_ENDED = "the log’s Worker ended";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a {@linkcode WorkerChannel} needs from outside. */
export interface WorkerChannelOptions {
  readonly role: Role;
  readonly engine: EngineOptions;
  readonly log: Pick<Log, "error">;
  /** Starts a Worker that runs `store_worker_main.ts`. */
  readonly spawn?: () => Worker;
}

/**
 * Starts one half of the store in a Worker.
 *
 * @throws {StoreOpenError} As {@linkcode SqliteStore.open}.
 */
export async function openInWorker<Served extends Methods>(
  role: Role,
  engine: EngineOptions,
  log: Pick<Log, "error">,
): Promise<Channel<Served>> {
  const channel = new WorkerChannel<Served>({ role, engine, log });
  await channel.open();
  return channel;
}

/**
 * Calls methods in a Worker. Should it end by itself, what was asked of it fails as unavailable, and
 * the next call starts another one.
 */
export class WorkerChannel<Served extends Methods> implements Channel<Served> {
  #options: WorkerChannelOptions;
  #worker: Worker | undefined;
  /** Calls made while it opens wait for that, or they would get there first. */
  #opening: Promise<void> = Promise.resolve();
  #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(options: WorkerChannelOptions) {
    this.#options = options;
  }

  /** Starts the Worker and opens its half of the store. */
  async open(): Promise<void> {
    const { role, engine } = this.#options;
    try {
      await this.#start({ kind: "open", role, engine });
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  async call<Name extends keyof Served>(
    name: Name,
    ...args: Parameters<Served[Name]>
  ): Promise<ReturnType<Served[Name]>> {
    if (!this.#worker) this.#opening = this.#reopen();
    await this.#opening;
    const message = { kind: "call" as const, method: String(name), args };
    return await this.#post(message) as ReturnType<Served[Name]>;
  }

  async close(): Promise<void> {
    await this.#opening.catch(() => {}); // Told to whoever called.
    if (this.#worker) await this.#post({ kind: "call", method: "close", args: [] });
    this.#stop();
  }

  async #reopen(): Promise<void> {
    try {
      await this.open();
    } catch (cause) {
      throw new StoreUnavailableError(`the log can’t be opened again: ${cause}`, { cause });
    }
  }

  #start(message: ToWorker): Promise<unknown> {
    const worker = this.#worker = (this.#options.spawn ?? spawnWorker)();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#giveUp(worker, event.message);
    };
    return this.#post(message);
  }

  #post(message: ToWorker): Promise<unknown> {
    if (!this.#worker) return Promise.reject(new StoreUnavailableError(WORKER_ENDED));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    this.#worker.postMessage({ ...message, id });
    return promise;
  }

  #settle(answer: FromWorker): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === "returned") pending?.resolve(answer.value);
    else pending?.reject(errorOf(answer.error));
  }

  #giveUp(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#options.log.error("store worker ended", { role: this.#options.role, reason });
    this.#stop();
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(new StoreUnavailableError(WORKER_ENDED));
  }
}

function spawnWorker(): Worker {
  return new Worker(new URL("./store_worker_main.ts", import.meta.url), { type: "module" });
}

/** Only text crosses between threads; the kinds of errors that callers tell apart are made again. */
function errorOf({ name, message, problem }: ThrownError): Error {
  if (problem !== undefined) return new StoreOpenError(problem, message);
  if (name === "StoreUnavailableError") return new StoreUnavailableError(message);
  return new Error(`${name}: ${message}`);
}
