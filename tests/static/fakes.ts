import type { ServerFrame } from "../../core/protocol.ts";

/** A WebSocket without a network: the test plays the server. */
export class FakeSocket {
  binaryType = "blob";
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];
  isClosed = false;

  constructor(readonly url: string, readonly subprotocols: readonly string[]) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The server says these frames in one packet. */
  receive(...frames: ServerFrame[]): void {
    this.onmessage?.({ data: frames.map((frame) => JSON.stringify(frame)).join("\n") });
  }

  /** The connection ends. */
  end(code: number): void {
    this.onclose?.({ code });
  }
}

/** A welcome for alice, changed where a test cares. */
export function welcome(changes: Partial<Extract<ServerFrame, { type: "welcome" }>> = {}) {
  return {
    type: "welcome" as const,
    username: "alice",
    account: "a_alice",
    epoch: "e_1",
    seq: 0,
    at: 1_763_800_000_000,
    online: 2,
    users: [{ username: "alice", account: "a_alice" }, { username: "bob", account: "a_bob" }],
    server: "parley/0.1.0",
    limits: { messageLength: 4000, frameBytes: 65_536 },
    heartbeatMs: 15_000,
    ...changes,
  };
}

/** A public message of bob's, changed where a test cares. */
export function message(changes: Partial<Extract<ServerFrame, { type: "message" }>> = {}) {
  return {
    type: "message" as const,
    seq: 1,
    at: 1_763_800_000_100,
    from: "bob",
    account: "a_bob",
    message: "hello",
    ...changes,
  };
}

/** A browser's storage in memory. */
export class MapStorage extends Map<string, string> {
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.set(key, value);
  }

  removeItem(key: string): void {
    this.delete(key);
  }

  get length(): number {
    return this.size;
  }

  key(index: number): string | null {
    return [...this.keys()][index] ?? null;
  }
}

/** The turn of the only tab: always held once taken. */
export class FakeTurn {
  isHeld = false;
  /** Whether it comes when asked for, or only when the test says so. */
  isFree = true;
  insisted = 0;
  #onTaken = () => {};

  take(_account: string, onTaken: () => void): void {
    this.#onTaken = onTaken;
    if (this.isFree) this.give();
  }

  give(): void {
    this.isHeld = true;
    this.#onTaken();
  }

  insist(): void {
    this.insisted++;
    this.give();
  }

  release(): void {
    this.isHeld = false;
  }
}

/** Channels between the tabs of one browser, which hear each other at once. */
export class FakeTabs {
  #hears: ((message: unknown) => void)[] = [];

  /** How many listen. */
  get listeners(): number {
    return this.#hears.length;
  }

  open() {
    let own: ((message: unknown) => void) | undefined;
    return {
      post: (message: object) => {
        for (const hear of this.#hears) if (hear !== own) hear(structuredClone(message));
      },
      listen: (hear: (message: unknown) => void) => {
        own = hear;
        this.#hears.push(hear);
        return () => void (this.#hears = this.#hears.filter((other) => other !== hear));
      },
    };
  }
}

/** Lets everything run that waits for no more than its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

/** Runs something whose mistakes are reported to the console of a browser, and collects them. */
export function reportedErrors<T extends object>(run: () => T): T & { errors: unknown[] } {
  const errors: unknown[] = [];
  const note = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  globalThis.addEventListener("error", note);
  try {
    return { ...run(), errors };
  } finally {
    globalThis.removeEventListener("error", note);
  }
}
