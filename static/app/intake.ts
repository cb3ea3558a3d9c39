import type { Clock } from "../../core/clock.ts";
import type { ReadRequest, ServerFrame } from "../../core/protocol.ts";
import { setOpening } from "../model/changes.ts";
import { readPosition } from "../model/reading.ts";
import { reduceBatch } from "../model/reduce.ts";
import { isFollowing } from "../model/viewport.ts";
import { ReadReceipts } from "../net/read_receipts.ts";
import type { History } from "./history.ts";
import type { Store } from "./store.ts";

/** Dependencies of {@linkcode Intake}. */
export interface IntakeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly history: Pick<History, "isOpening" | "open">;
  readonly isVisible: () => boolean;
  /** Sends a frame if the connection is up; says whether it did. */
  readonly send: (frame: ReadRequest) => boolean;
}

/**
 * Collects frames and reduces them together before each picture, so that a flood costs one rendering
 * per picture. Messages that the reader sees arrive are marked as read, and the server is told.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #receipts: ReadReceipts;
  readonly #leaveStore: readonly (() => void)[];
  #frames: ServerFrame[] = [];
  /** Whether the picture on screen lacks the first page still. */
  #wasOpening = true;

  constructor(options: IntakeOptions) {
    const { store, clock, history, send } = options;
    this.#options = options;
    this.#receipts = new ReadReceipts(clock, send);
    this.#leaveStore = [
      store.beforePicture(() => this.reduce()),
      store.finishWith((state) => setOpening(state, history.isOpening)),
      store.subscribe(() => this.#noteOpening()),
    ];
  }

  /** Whether messages that arrive now count as read. */
  get isAttentive(): boolean {
    const { store, history, isVisible } = this.#options;
    const { viewport, dialog, isDrawerOpen } = store.state;
    const isOpening = history.isOpening || this.#wasOpening;
    const isCovered = dialog !== null || isDrawerOpen;
    return isVisible() && !isCovered && isFollowing(viewport) && !isOpening;
  }

  /** Keeps a frame for the next picture. */
  take(frame: ServerFrame): void {
    this.#frames.push(frame);
    this.#options.store.awaitPicture();
  }

  /** Takes the frames that have come into the state. */
  reduce(): void {
    const { store, history } = this.#options;
    const frames = this.#frames;
    this.#frames = [];
    history.open();
    const { isAttentive } = this;
    store.update((state) => reduceBatch(state, frames, isAttentive));
    const read = isAttentive ? readPosition(store.state) : null;
    if (read !== null && store.state.connection.state === "online") {
      this.#receipts.note(read.conversation, read.seq);
    }
  }

  /** Forgets which positions the server was told: the connection is down. */
  reset(): void {
    this.#receipts.reset();
  }

  /** Takes nothing in any more. */
  stop(): void {
    for (const leave of this.#leaveStore) leave();
    this.#frames = [];
    this.reset();
  }

  /** Messages of a first page count as read only after they have been on screen. */
  #noteOpening(): void {
    const { store, history } = this.#options;
    if (this.#wasOpening && !history.isOpening) store.awaitPicture();
    this.#wasOpening = history.isOpening;
  }
}
