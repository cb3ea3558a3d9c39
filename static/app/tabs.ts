import type { Clock, Timer } from "../../core/clock.ts";
import type { JsonStorage } from "../net/storage.ts";

/** How often a tab in front notes that it is, in milliseconds. */
const NOTE_EVERY_MS = 5_000;
/** A note older than this is of a tab that crashed: the others are silent for so long at most. */
const NOTE_VALID_MS = 2 * NOTE_EVERY_MS;
/** Shortest time between two sounds: a flood of messages is one noise, not a hundred. */
const SOUND_EVERY_MS = 2_000;

/** Dependencies of {@linkcode Tabs}. */
export interface TabsOptions {
  /** Shared by this browser's tabs; may be lost without harm. */
  readonly shared: JsonStorage;
  readonly clock: Clock;
  /** Unique to this tab. */
  readonly id: string;
  /** Whether this tab is visible and has the keyboard. */
  readonly isInFront: () => boolean;
}

/** Lets the tabs of one browser know which of them is in front and when one played a sound. */
export class Tabs {
  readonly #options: TabsOptions;
  #timer: Timer | null = null;
  #soundedAt = -Infinity;

  constructor(options: TabsOptions) {
    this.#options = options;
  }

  /** Whether the person is active in any tab. */
  isActive(): boolean {
    const { shared, isInFront } = this.#options;
    if (isInFront()) return true;
    const note = readNote(shared.get("front"));
    return note !== null && this.#isRecent(note.at, NOTE_VALID_MS);
  }

  /** This tab may have come to the front: notes it, and goes on noting it. */
  come(): void {
    const { shared, clock, id, isInFront } = this.#options;
    this.#timer?.cancel();
    this.#timer = null;
    if (!isInFront()) return;
    shared.set("front", { id, at: clock.now() });
    this.#timer = clock.schedule(() => this.come(), NOTE_EVERY_MS);
  }

  /** This tab left the front. The note of one that came meanwhile stays. */
  leave(): void {
    const { shared, id } = this.#options;
    this.#timer?.cancel();
    this.#timer = null;
    if (readNote(shared.get("front"))?.id === id) shared.set("front", undefined);
  }

  /** Whether it is time for a sound; if so, this tab makes it, and no tab makes another soon. */
  takeSound(): boolean {
    const { shared, clock } = this.#options;
    const elsewhere = shared.get("sounded");
    const isSoon = clock.monotonic() - this.#soundedAt < SOUND_EVERY_MS ||
      (typeof elsewhere === "number" && this.#isRecent(elsewhere, SOUND_EVERY_MS));
    if (isSoon) return false;
    this.#soundedAt = clock.monotonic();
    shared.set("sounded", clock.now());
    return true;
  }

  /** The machine's clock may have been set back since. */
  #isRecent(at: number, withinMs: number): boolean {
    return Math.abs(this.#options.clock.now() - at) < withinMs;
  }
}

function readNote(value: unknown): { readonly id: unknown; readonly at: number } | null {
  if (typeof value !== "object" || value === null) return null;
  if (!("id" in value) || !("at" in value) || typeof value.at !== "number") return null;
  return { id: value.id, at: value.at };
}
