import { type Clock, systemClock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { ConnectionManager, type ConnectionManagerOptions } from "../core/connection_manager.ts";
import { ChatError } from "../core/errors.ts";
import { type Ids, randomIds } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { Pruner } from "../core/pruner.ts";
import type { Store } from "../core/store.ts";
import { MemoryStore } from "../core/store_memory.ts";
import { SqliteStore } from "../core/store_sqlite.ts";
import { VERSION } from "../core/version.ts";
import { createApi } from "./api.ts";
import { createApp } from "./app.ts";
import { Listener, type ListenerOptions } from "./listener.ts";
import { loadPage } from "./page_bundle.ts";
import { problemResponse } from "./problem.ts";
import { Readiness } from "./readiness.ts";
import { createWebSocketRoute } from "./ws.ts";

/** What a server is built from besides its settings. */
export interface ServerDeps {
  readonly config: Config;
  readonly log: Log;
  /** @default {systemClock} */
  readonly clock?: Clock;
  /** @default {randomIds} */
  readonly ids?: Ids;
  /** @default What the settings say. */
  readonly store?: Store;
}

/** A server that accepts connections. */
export interface RunningServer {
  /** Where to open it in a browser on this machine. */
  readonly url: string;
  /** The port it really listens on. */
  readonly port: number;
  readonly manager: ConnectionManager;
  readonly store: Store;
  /** Tells every client to come back later, finishes what was accepted, and stops. */
  stop(): Promise<void>;
}

/** What the chat itself is made of. */
type ManagerDeps = Pick<ConnectionManagerOptions, "clock" | "store"> & ServerDeps;

/** Where nobody but this machine's own programs gets in. */
const LOOPBACK = "127.0.0.1";

/** How long clients get to hear why their sockets close: a shutdown would tell them less. */
const CLOSE_WAIT_MS = 1000;
/** How often it is looked whether they have. */
const CLOSE_POLL_MS = 10;

/**
 * Builds the chat and everything around it, and starts to serve.
 *
 * @throws {BundleError} When the page isn't bundled.
 * @throws {StoreOpenError} When the log can't be opened.
 * @throws {Deno.errors.AddrInUse} And other errors of listening.
 */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { config, log, clock = systemClock, ids = randomIds } = deps;
  let isStopping = false;
  const assets = await loadPage();
  const store = deps.store ?? await openStore({ ...deps, clock, ids });
  const manager = createManager({ config, log, clock, store });
  const readiness = new Readiness(store, clock);
  const app = createApp({
    config,
    log,
    assets,
    ws: createWebSocketRoute({ manager, config, log }),
    api: createApi({ config, clock, store, live: manager }),
    whyNotReady: () =>
      isStopping ? Promise.resolve(new ChatError("shutting_down")) : readiness.whyNot(),
  });
  const listener = await openListener({
    hostname: config.host,
    port: config.port,
    log,
    handle: (request, info) => app.fetch(request, info),
    onError: (error) => respondToMistake(error, log),
  }, store);
  const pruner = new Pruner({ store, clock, log, nameTtlMs: config.nameTtlMs });
  const { port } = listener;
  return {
    url: urlOf(config.host, port),
    port,
    manager,
    store,
    async stop() {
      isStopping = true;
      await manager.shutdown();
      await waitForCloses(manager);
      await listener.stop();
      await pruner.close();
      await store.close();
    },
  };
}

async function openListener(options: ListenerOptions, store: Store): Promise<Listener> {
  try {
    checkLocalhost(options);
    return new Listener(options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Browsers look for `localhost` at ::1 first, so another program there would answer in our place.
 *
 * @throws {Deno.errors.AddrInUse}
 */
function checkLocalhost({ hostname, port }: ListenerOptions): void {
  if (hostname !== LOOPBACK || port === 0) return;
  try {
    Deno.listen({ hostname: "::1", port }).close();
  } catch (error) {
    // Without IPv6 nobody can be there.
    if (error instanceof Deno.errors.AddrInUse) throw error;
  }
}

function openStore({ config, log, clock, ids }: Required<Omit<ServerDeps, "store">>) {
  const { dataDir, keep: retention, trustClock } = config;
  if (config.store === "memory") return new MemoryStore({ clock, ids, retention });
  return SqliteStore.open({ dataDir, retention, trustClock, clock, ids, log });
}

function createManager({ config, log, clock, store }: ManagerDeps) {
  const { rate, burst, maxConnections, maxPerAddress, maxPerSession } = config;
  return new ConnectionManager({
    clock,
    log,
    store,
    server: `parley/${VERSION}`,
    rate: { perSecond: rate, burst },
    limits: { maxConnections, maxPerAddress, maxPerSession },
    nameTtlMs: config.nameTtlMs,
    leaveGraceMs: config.leaveGraceMs,
  });
}

/** Waits until every socket is gone, or as long as is fair to one that doesn't answer. */
async function waitForCloses(manager: ConnectionManager): Promise<void> {
  const deadline = performance.now() + CLOSE_WAIT_MS;
  while (manager.sockets > 0 && performance.now() < deadline) await delay(CLOSE_POLL_MS).done;
}

function delay(ms: number): { done: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const id = setTimeout(resolve, ms);
  return { done: promise, cancel: () => clearTimeout(id) };
}

/** Last resort: errors met before a request reaches the routes. */
function respondToMistake(error: unknown, log: Log): Response {
  log.error("request failed", { error: String(error) });
  return problemResponse(new ChatError("internal"));
}

/** Addresses that a browser on this machine reaches as `localhost`. */
const LOCAL_HOSTS = new Set([LOOPBACK, "0.0.0.0", "::"]);

/** Where a browser on this machine finds the server: under one name, as its cookie is kept by it. */
function urlOf(host: string, port: number): string {
  const name = LOCAL_HOSTS.has(host) ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/`;
}
