import {
  ConnectionManager,
  type ConnectionManagerOptions,
  type ConnectRequest,
} from "../../core/connection_manager.ts";
import type { Connection } from "../../core/connection.ts";
import { createLog } from "../../core/log.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { FakeTransport } from "./fake_transport.ts";
import { ManualClock } from "./manual_clock.ts";
import { SequentialIds } from "./sequential_ids.ts";

/** A connected user of a {@linkcode createChat}. */
export interface Peer {
  readonly connection: Connection;
  readonly transport: FakeTransport;
}

/** What a {@linkcode createChat} is given instead of its defaults. */
export interface ChatOverrides extends Partial<ConnectionManagerOptions> {
  readonly clock?: ManualClock;
}

/** How somebody joins a {@linkcode createChat}. */
export interface JoinOptions extends Omit<ConnectRequest, "username"> {
  /** Bytes that wait in the socket from the start, as with a peer that doesn't read. */
  readonly bufferedAmount?: number;
}

/** Lets everything run that waits for no more than its turn: claims, commits, their followers. */
async function settleOn(clock: ManualClock): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    clock.advance(0);
  }
}

/** A chat in memory with hand-moved time, no limits, and a journal of its log lines. */
export function createChat(overrides: ChatOverrides = {}) {
  const { clock = new ManualClock() } = overrides;
  const lines: string[] = [];
  const log = createLog({
    level: "debug",
    format: "json",
    clock,
    write: (line) => lines.push(line),
  });
  const store = new MemoryStore({ clock, ids: new SequentialIds() });
  const manager = new ConnectionManager({
    clock,
    store,
    log,
    server: "parley/test",
    rate: { perSecond: 0, burst: 0 },
    limits: { maxConnections: 0, maxPerAddress: 0, maxPerSession: 0 },
    nameTtlMs: 600_000,
    leaveGraceMs: 5_000,
    ...overrides,
  });

  const settle = () => settleOn(clock);

  /** Connects somebody; without a session as a guest. */
  async function join(username: string, options: JoinOptions = {}): Promise<Peer> {
    const { bufferedAmount = 0, ...request } = options;
    const transport = new FakeTransport();
    transport.bufferedAmount = bufferedAmount;
    const connection = await manager.connect(transport, { username, ...request });
    await settle();
    return { connection, transport };
  }

  /** Hands over a frame as text. */
  async function say({ connection }: Peer, frame: unknown): Promise<void> {
    manager.receive(connection, typeof frame === "string" ? frame : JSON.stringify(frame));
    await settle();
  }

  return { clock, lines, store, manager, settle, join, say };
}
