import type { AckFrame } from "../../core/protocol.ts";
import type { Identity } from "./outbox_store.ts";
import type { TabChannel } from "./tab_channel.ts";

/** What the tabs of one account tell each other about its outbox. */
export type TabMessage =
  /** The server holds a row. */
  | { readonly type: "ack"; readonly ack: AckFrame }
  /** A row was discarded. */
  | { readonly type: "gone"; readonly id: string }
  /** The store changed. */
  | { readonly type: "changed" }
  /** The sending tab is at work. */
  | { readonly type: "alive" }
  /** The account was signed out. */
  | { readonly type: "wiped" };

/** A tab's line to the other tabs of its account; messages of other accounts or logs don't pass. */
export class OutboxTabs {
  readonly #channel: TabChannel;
  readonly #identity: () => Identity | null;
  readonly #unlisten: () => void;

  constructor(
    channel: TabChannel,
    identity: () => Identity | null,
    hear: (message: TabMessage) => void,
  ) {
    this.#channel = channel;
    this.#identity = identity;
    this.#unlisten = channel.listen((heard) => {
      const message = heard as (TabMessage & Identity) | null | undefined;
      if (message && this.#isOurs(message)) hear(message);
    });
  }

  /** Sends nothing before the first welcome, because the account isn't known yet. */
  post(message: TabMessage): void {
    const identity = this.#identity();
    if (identity === null) return;
    const { account, epoch } = identity;
    this.#channel.post({ ...message, account, epoch });
  }

  /** Stops listening to other tabs. */
  close(): void {
    this.#unlisten();
  }

  #isOurs({ account, epoch }: Identity): boolean {
    const own = this.#identity();
    return account === own?.account && epoch === own.epoch;
  }
}
