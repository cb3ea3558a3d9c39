import type { Connection } from "./connection.ts";
import type { Log } from "./log.ts";
import type { Members } from "./members.ts";
import type { Store } from "./store.ts";

/** What {@linkcode Receipts} need from outside. */
export interface ReceiptsOptions {
  readonly store: Pick<
    Store,
    "markDelivered" | "markWaiting" | "takeDelivered" | "markRead"
  >;
  readonly members: Members;
  readonly log: Log;
}

/**
 * What became of messages: private ones that waited and have arrived, and how far each account has
 * read. Both are noted in the log, and told to whom they concern.
 */
export class Receipts {
  #options: ReceiptsOptions;
  /** Corrections under way, newest of each account. */
  #late = new Map<string, Promise<void>>();

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** Notes that what waited for an account up to a position has arrived, and tells the authors. */
  async noteDelivered(account: string, upTo: number): Promise<void> {
    const delivered = await this.#options.store.markDelivered(account, upTo);
    const authors = new Set(delivered.map(({ author }) => author));
    for (const author of authors) await this.tellAuthor(author);
  }

  /** Tells an author who came back which messages have arrived meanwhile, if that can be noted. */
  tellWhatArrived(author: string): void {
    this.tellAuthor(author)
      .catch((cause) => this.#logFailure("telling of deliveries failed", cause));
  }

  /** Tells an author who is connected which messages have arrived since it was last told. */
  async tellAuthor(author: string): Promise<void> {
    const { store, members } = this.#options;
    if (!members.withAccount(author)?.connections.size) return;
    const seqs = await store.takeDelivered(author);
    for (const connection of members.withAccount(author)?.connections ?? []) {
      for (const seq of seqs) connection.send({ type: "delivered", seq });
    }
  }

  /** Notes that what waited for an account up to a position has arrived. */
  noteArrived(account: string, upTo: number): void {
    this.noteDelivered(account, upTo)
      .catch((cause) => this.#logFailure("noting a delivery failed", cause));
  }

  /** Has a message wait whose recipient went while it was being committed. */
  noteMissed(account: string, seq: number): void {
    const noted = this.#options.store.markWaiting(seq)
      .catch((cause) => this.#logFailure("marking a message as waiting failed", cause))
      .finally(() => this.#late.get(account) === noted && this.#late.delete(account));
    this.#late.set(account, noted);
  }

  /** Resolves once the log is right about what waits for an account: it may be read then. */
  settled(account: string): Promise<void> | undefined {
    return this.#late.get(account);
  }

  /** Notes how far an account has read, and tells its other connections. */
  noteRead(from: Connection, conversation: string, seq: number): void {
    this.#noteRead(from, conversation, seq)
      .catch((cause) => this.#logFailure("saving a read position failed", cause));
  }

  async #noteRead(from: Connection, conversation: string, seq: number): Promise<void> {
    const { member } = from;
    const position = await this.#options.store.markRead(member.account, conversation, seq);
    for (const connection of member.connections) {
      if (connection !== from) connection.send({ type: "read", ...position });
    }
  }

  #logFailure(event: string, cause: unknown): void {
    this.#options.log.error(event, { cause: String(cause) });
  }
}
