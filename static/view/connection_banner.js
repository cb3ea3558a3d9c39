/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {ConnectionState} from "../model/connection.ts" */
import { byId, setText } from "../lib/dom.js";
import { describeEnding } from "../text/endings.ts";

/** Interruptions shorter than this are nobody's business. */
const QUIET_MS = 2_000;

/** One calm line about the connection, empty while all is well. */
export class ConnectionBanner {
  #clock;
  #onAction;
  #root = byId("banner", HTMLDivElement);
  #text = byId("banner-text", HTMLSpanElement);
  #action = byId("banner-action", HTMLButtonElement);
  /** @type {Timer | null} */
  #quiet = null;
  /** @type {"rejoin" | "reconnect"} */
  #actionKind = "reconnect";

  /**
   * @param {Clock} clock
   * @param {(action: "rejoin" | "reconnect") => void} onAction
   */
  constructor(clock, onAction) {
    this.#clock = clock;
    this.#onAction = onAction;
    this.#action.addEventListener("click", () => this.#onAction(this.#actionKind));
  }

  /** @param {ConnectionState} line */
  render(line) {
    if (line.state === "online" || line.state === "idle") return this.#hide();
    if (line.state === "ended") return this.#showEnding(line);
    this.#quiet ??= this.#clock.schedule(() => this.#showInterruption(), QUIET_MS);
  }

  /** Tells an interruption at once: it is known to last. */
  hurry() {
    if (this.#quiet !== null) this.#showInterruption();
  }

  #hide() {
    this.#quiet?.cancel();
    this.#quiet = null;
    this.#root.classList.remove("banner--shown", "banner--ended");
    this.#action.hidden = true;
    setText(this.#text, "");
  }

  #showInterruption() {
    this.#root.classList.add("banner--shown");
    this.#action.hidden = true;
    setText(this.#text, "Reconnecting… Your messages will be sent once you’re back online.");
  }

  /** @param {Extract<ConnectionState, {state: "ended"}>} line */
  #showEnding(line) {
    this.#hide();
    const ending = describeEnding(line.code, line.refusal);
    this.#root.classList.add("banner--shown", "banner--ended");
    setText(this.#text, ending.text);
    this.#actionKind = ending.action;
    setText(this.#action, ending.label);
    this.#action.hidden = false;
  }
}
