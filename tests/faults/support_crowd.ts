import type { Random } from "../support/random.ts";
import { ResilientClient } from "../support/resilient_client.ts";
import { Watch } from "../support/watch.ts";
import { privateText } from "./support_invariants.ts";

/** What a {@linkcode Crowd} is made of. */
export interface CrowdOptions {
  readonly random: Random;
  /** Where the clients connect. */
  readonly endpoint: () => Promise<string>;
  /** One client for each; the same name again is another tab of the same user. */
  readonly usernames: readonly string[];
  readonly window?: number;
}

/** Part of what is said that is private to one other. */
const PRIVATE_SHARE = 0.3;

/** Clients that talk to each other through whatever happens. Dispose of it after use. */
export class Crowd implements AsyncDisposable {
  readonly clients: readonly ResilientClient[];
  readonly watch = new Watch();
  #random: Random;
  #said = 0;

  constructor({ random, endpoint, usernames, window }: CrowdOptions) {
    this.#random = random;
    this.clients = usernames.map((username) =>
      new ResilientClient({
        username,
        credential: credentialFor(username),
        endpoint,
        watch: this.watch,
        protocols: random.happens(0.5) ? ["parley.v1.deflate", "parley.v1"] : [],
        ...(window === undefined ? {} : { window }),
      })
    );
  }

  /** Messages that have no ack yet, all clients' together. */
  get unanswered(): number {
    return this.clients.reduce((sum, { unanswered }) => sum + unanswered, 0);
  }

  /** What everybody has done so far: grows with every message said, received or acknowledged. */
  get steps(): number {
    return this.clients.reduce((sum, { received, acks }) => sum + received.length + acks.size, 0);
  }

  /** Waits until everybody is connected. */
  arrived(): Promise<void> {
    return this.until(() => this.clients.every(({ isOnline }) => isOnline), "everybody to come");
  }

  /** Lets somebody say something new, to everyone or to one other. */
  sayOne(): void {
    const client = this.#random.oneOf(this.clients);
    const others = this.clients.filter(({ username }) => username !== client.username);
    const number = ++this.#said;
    if (others.length === 0 || !this.#random.happens(PRIVATE_SHARE)) {
      return void client.say(`public|${client.username}|${number}`);
    }
    const { username } = this.#random.oneOf(others);
    client.say(privateText(client.username, username, number), username);
  }

  /** Waits until a condition holds, looking after every frame that anybody gets. */
  until(condition: () => boolean, what: string): Promise<void> {
    const state = () =>
      `${what}; ${
        this.clients.map((it) => `${it.username} ${it.position?.seq}`).join(", ")
      }; ${this.unanswered} unanswered`;
    return this.watch.until(condition, state);
  }

  /** Waits until everything has been acknowledged, and everybody has got the last public message. */
  async settled(): Promise<void> {
    await this.until(() => this.unanswered === 0, "every ack");
    const [first] = this.clients;
    const id = first!.say(`public|${first!.username}|last ${++this.#said}`);
    await this.until(() => this.#hasReachedAll(first!.acks.get(id)?.seq), "the last message");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  #hasReachedAll(seq: number | undefined): boolean {
    return seq !== undefined && this.clients.every(({ position }) => (position?.seq ?? 0) >= seq);
  }
}

/** A well-formed credential, the same for the same name. */
export function credentialFor(username: string): string {
  return username.padEnd(43, "0");
}
