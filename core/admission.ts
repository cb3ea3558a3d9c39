import { ChatError } from "./errors.ts";

/** How many sockets may be open; 0 is no limit. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly maxPerAddress: number;
  readonly maxPerSession: number;
}

/** Where a socket comes from. */
export interface Origin {
  /** Address of the peer, in the form limits count by (IPv6: its /64). */
  readonly address: string;
  /** Hash of the session's credential, if it presented one. */
  readonly sessionId: string | undefined;
}

/** A counted socket, from before its handshake until it is gone. */
export interface Ticket {
  /** Stops counting it; harmless when called again. */
  release(): void;
}

/** Counts sockets, in all, by address and by session, whatever the server thinks of their peers. */
export class Admission {
  #limits: AdmissionLimits;
  #open = 0;
  #byAddress = new Map<string, number>();
  #bySession = new Map<string, number>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Number of sockets counted now. */
  get open(): number {
    return this.#open;
  }

  /**
   * Counts one more socket.
   *
   * @throws {ChatError} `server_full` or `too_many_connections`.
   */
  enter({ address, sessionId }: Origin): Ticket {
    const { maxConnections, maxPerAddress, maxPerSession } = this.#limits;
    if (isFull(this.#open, maxConnections)) throw new ChatError("server_full");
    if (isFull(this.#byAddress.get(address), maxPerAddress)) throw tooMany("your address");
    if (sessionId !== undefined && isFull(this.#bySession.get(sessionId), maxPerSession)) {
      throw tooMany("this browser");
    }
    this.#count(address, sessionId, 1);
    return onceReleased(() => this.#count(address, sessionId, -1));
  }

  #count(address: string, sessionId: string | undefined, change: 1 | -1): void {
    this.#open += change;
    addTo(this.#byAddress, address, change);
    if (sessionId !== undefined) addTo(this.#bySession, sessionId, change);
  }
}

function tooMany(scope: string): ChatError {
  return new ChatError("too_many_connections", { scope });
}

function isFull(count: number | undefined, limit: number): boolean {
  return limit > 0 && (count ?? 0) >= limit;
}

function addTo(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function onceReleased(release: () => void): Ticket {
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      release();
    },
  };
}
