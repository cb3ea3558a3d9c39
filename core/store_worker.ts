import type { Log } from "./log.ts";
import {
  type EngineOptions,
  type LogPosition,
  openReader,
  openSearcher,
  openWriter,
  type Reader,
  type Searcher,
  type Writer,
} from "./sqlite_engine.ts";
import { filesIn, removeDatabase } from "./sqlite_files.ts";
import { VITAL } from "./sqlite_headroom.ts";
import { StoreOpenError, StoreUnavailableError } from "./store.ts";
import { type Channel, LocalChannel, type Methods } from "./store_channel.ts";
import type {
  Call,
  FromWorker,
  Outcome,
  Role,
  ThrownError,
  ToWorker,
} from "./store_worker_messages.ts";

const WORKER_ENDED = "the store worker ended";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface WaitingCall extends Pending, Call {}

/** Most calls of one commit. */
const MAX_CALLS = 512;
/** What takes long, ends things or must not fail with others keeps to itself. */
const ALONE: ReadonlySet<string> = new Set([
  "prune",
  "erase",
  "expire",
  "limitPages",
  "close",
  ...VITAL,
]);

/** What a {@linkcode WorkerChannel} needs from outside. */
export interface WorkerChannelOptions {
  readonly role: Role;
  readonly engine: EngineOptions;
  readonly log: Pick<Log, "error">;
  /** Starts a Worker that runs `store_worker_main.ts`. */
  readonly spawn?: (() => Worker) | undefined;
}

/** The parts of the store, wherever they run. */
export interface Channels {
  readonly writer: Channel<Writer>;
  readonly reader: Channel<Reader>;
  /** Absent when nothing is kept: there is nothing to find. */
  readonly searcher: Channel<Searcher> | undefined;
}

/** Where the parts of a store run. */
interface OpenOptions {
  readonly inWorkers?: boolean;
  readonly log: Pick<Log, "error">;
  /** Starts the Worker of the writer. */
  readonly spawnWriter?: () => Worker;
}

/**
 * Opens every part of the store, each in a Worker of its own or here.
 *
 * @throws {StoreOpenError} As {@linkcode SqliteStore.open}; nothing is open then.
 */
export async function openChannels(
  engine: EngineOptions,
  { inWorkers = true, log, spawnWriter }: OpenOptions,
): Promise<Channels> {
  const opened: Channel<Methods>[] = [];
  const open = async <Served extends Methods & { close(): void }>(
    role: Role,
    openHere: (engine: EngineOptions) => Served,
    spawn?: () => Worker,
  ): Promise<Channel<Served>> => {
    const channel = inWorkers
      ? await openInWorker<Served>({ role, engine, log, spawn })
      : new LocalChannel(openHere(engine));
    opened.push(channel);
    return channel;
  };
  const keepsEvents = engine.retention.kind !== "none";
  try {
    const writer = await open("writer", openWriter, spawnWriter);
    const reader = await open("reader", openReader);
    if (!keepsEvents) removeDatabase(filesIn(engine.dataDir).search);
    const searcher = keepsEvents ? await open("searcher", openSearcher) : undefined;
    return { writer, reader, searcher };
  } catch (error) {
    for (const channel of opened.toReversed()) await channel.close();
    throw error;
  }
}

async function openInWorker<Served extends Methods>(
  options: WorkerChannelOptions,
): Promise<Channel<Served>> {
  const channel = new WorkerChannel<Served>(options);
  await channel.open();
  return channel;
}

/**
 * Calls methods in a Worker. Calls of the writer are made one commit at a time: those that come while
 * one is under way share the next, so a crowd of names claimed at once waits for a few commits and
 * not for one each.
 *
 * Should the Worker end by itself, another one is started. What was asked of the former may have
 * been done, so that fails as unavailable once the log is open again and its listener knows; what
 * had not been asked yet is asked of the new one.
 */
export class WorkerChannel<Served extends Methods> implements Channel<Served> {
  #options: WorkerChannelOptions;
  #worker: Worker | undefined;
  #isOpen = false;
  #isClosing = false;
  #onReopened: (position: LogPosition) => void = () => {};
  /** Calls made while it opens wait for that, or they would get there first. */
  #opening: Promise<void> = Promise.resolve();
  #pending = new Map<number, Pending>();
  #waiting: WaitingCall[] = [];
  #isCommitting = false;
  #lastId = 0;

  constructor(options: WorkerChannelOptions) {
    this.#options = options;
  }

  onReopened(listener: (position: LogPosition) => void): void {
    this.#onReopened = listener;
  }

  /** Starts the Worker and opens its part of the store. Returns the position, if that is the writer. */
  async open(): Promise<LogPosition | undefined> {
    const { role, engine } = this.#options;
    try {
      const position = await this.#start({ kind: "open", role, engine });
      this.#isOpen = true;
      return position as LogPosition | undefined;
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  async call<Name extends keyof Served>(
    name: Name,
    ...args: Parameters<Served[Name]>
  ): Promise<ReturnType<Served[Name]>> {
    if (!this.#worker && !this.#isClosing) this.#opening = this.#reopen();
    await this.#opening;
    const call = { method: String(name), args };
    const value = this.#options.role === "writer"
      ? this.#commitSoon(call)
      : this.#post({ kind: "call", ...call });
    return await value as ReturnType<Served[Name]>;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#opening.catch(() => {}); // Told to whoever called.
    try {
      if (this.#worker) await this.#commitSoon({ method: "close", args: [] });
    } catch (error) {
      if (this.#worker) throw error; // Without one it is closed.
    } finally {
      fail([...this.#stop(), ...this.#waiting.splice(0)]);
    }
  }

  #commitSoon(call: Call): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({ ...call, resolve, reject });
    if (!this.#isCommitting) this.#commit();
    return promise;
  }

  async #reopen(): Promise<void> {
    let position: LogPosition | undefined;
    try {
      position = await this.open();
    } catch (cause) {
      throw new StoreUnavailableError(`the log can’t be opened again: ${cause}`, { cause });
    }
    if (position) this.#onReopened(position);
  }

  /** Posts what waits as one commit; what comes meanwhile waits for the next one. */
  async #commit(): Promise<void> {
    const batch = this.#takeBatch();
    const calls = batch.map(({ method, args }) => ({ method, args }));
    this.#isCommitting = true;
    try {
      const outcomes = await this.#post({ kind: "calls", calls }) as Outcome[];
      batch.forEach((pending, index) => settle(pending, outcomes[index]!));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#isCommitting = false;
    if (this.#waiting.length > 0) this.#commit();
  }

  #takeBatch(): WaitingCall[] {
    const alone = this.#waiting.findIndex(({ method }) => ALONE.has(method));
    const count = alone === -1 ? this.#waiting.length : Math.max(alone, 1);
    return this.#waiting.splice(0, Math.min(count, MAX_CALLS));
  }

  #start(message: ToWorker): Promise<unknown> {
    const worker = this.#worker = (this.#options.spawn ?? spawnWorker)();
    worker.onmessage = ({ data }: MessageEvent<string>) => this.#settle(JSON.parse(data));
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
    const asked = { ...message, id };
    // Cloning objects takes almost three times as long as writing and reading them as text.
    this.#worker.postMessage(message.kind === "open" ? asked : JSON.stringify(asked));
    return promise;
  }

  #settle(answer: FromWorker): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (pending) settle(pending, answer);
  }

  #giveUp(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#options.log.error("store worker ended", { role: this.#options.role, reason });
    const canReopen = this.#isOpen && !this.#isClosing;
    const lost = this.#stop();
    if (!canReopen) return fail(lost);
    this.#opening = this.#reopen();
    this.#opening.catch(() => {}).then(() => fail(lost)); // The next call tries again.
  }

  /** Ends the Worker. Returns what was asked of it and has no answer. */
  #stop(): Pending[] {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isOpen = false;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    return lost;
  }
}

function fail(calls: readonly Pending[]): void {
  for (const { reject } of calls) reject(new StoreUnavailableError(WORKER_ENDED));
}

function settle({ resolve, reject }: Pending, outcome: Outcome): void {
  if (outcome.kind === "returned") resolve(outcome.value);
  else reject(errorOf(outcome.error));
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
