import type { State } from "../model/state.ts";
import type { OnNextPicture } from "./pace.ts";

/** Makes the next state. */
export type Change = (state: State) => State;

/** Holds the state of the page and notifies listeners of each new one. */
export class Store {
  readonly #onNextPicture: OnNextPicture;
  readonly #listeners = new Set<() => void>();
  readonly #gatherers = new Set<() => void>();
  readonly #finishers = new Set<Change>();
  #state: State;
  /** The state that listeners were told of last. */
  #shown: State;
  #isAwaited = false;

  /** @param onNextPicture Calls `show` once, soon: with the browser's next picture. */
  constructor(initial: State, onNextPicture: OnNextPicture) {
    this.#state = initial;
    this.#shown = initial;
    this.#onNextPicture = onNextPicture;
  }

  get state(): State {
    return this.#state;
  }

  /** Calls `listener` for each new state to show. Returns a function that stops this. */
  subscribe(listener: () => void): () => void {
    return addTo(this.#listeners, listener);
  }

  /** Calls `gather` before each awaited picture, for changes that wait for it together. */
  beforePicture(gather: () => void): () => void {
    return addTo(this.#gatherers, gather);
  }

  /** Passes every state through `finish` before it is shown, for rules that always hold. */
  finishWith(finish: Change): () => void {
    return addTo(this.#finishers, finish);
  }

  /** Changes the state, and shows it with the next picture, together with others. */
  update(change: Change): void {
    this.#state = change(this.#state);
    this.awaitPicture();
  }

  /** Changes the state in response to a person and shows it at once. */
  act(change: Change): void {
    this.update(change);
    this.#show();
  }

  /** Schedules the next picture, and with it all gathered changes. */
  awaitPicture(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#onNextPicture(() => {
      for (const gather of this.#gatherers) guard(gather);
      this.#isAwaited = false;
      this.#show();
    });
  }

  #show(): void {
    for (const finish of this.#finishers) this.#state = finish(this.#state);
    if (this.#state === this.#shown) return;
    this.#shown = this.#state;
    for (const listener of this.#listeners) guard(listener);
  }
}

/** A notification or a sound that fails must not keep the page from being drawn. */
function guard(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}

function addTo<T>(set: Set<T>, one: T): () => void {
  set.add(one);
  return () => void set.delete(one);
}
