import { byId, make } from "../lib/dom.js";
import { commandHelp } from "../text/commands.ts";

/** The map of keys and commands. Focus returns to where it came from, as with every `dialog`. */
export class KeysDialog {
  #dialog = byId("keys", HTMLDialogElement);

  constructor() {
    byId("keys-commands", HTMLDListElement).append(...commandHelp().map(renderCommand));
    byId("keys-button", HTMLButtonElement).addEventListener("click", () => this.open());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }
}

/** @param {{usage: string, does: string}} command */
function renderCommand(command) {
  const group = make("div", "");
  const term = make("dt", "");
  term.append(make("kbd", "", command.usage));
  group.append(term, make("dd", "", command.does));
  return group;
}
