import type { Handler } from "hono";
import { CLOSE_CODES, type CloseCode } from "../core/close_codes.ts";
import type { Config } from "../core/config.ts";
import type { Connection } from "../core/connection.ts";
import { UNAVAILABLE_RETRY_MS } from "../core/delivery.ts";
import type { ConnectionManager, ConnectRequest } from "../core/connection_manager.ts";
import { ChatError } from "../core/errors.ts";
import type { Ticket } from "../core/admission.ts";
import type { Log } from "../core/log.ts";
import type { Dialect } from "../core/packets.ts";
import { DEFLATE_SUBPROTOCOL, SUBPROTOCOL } from "../core/protocol.ts";
import { refuse } from "../core/refusal.ts";
import { type CatchUpRequest, MAX_HISTORY } from "../core/recovery.ts";
import { StoreUnavailableError } from "../core/store.ts";
import type { Transport } from "../core/transport.ts";
import { addressKey, clientAddress, isSecure, type RouteEnv } from "./address.ts";
import { credentialCookie, newCredential, readCredential, sessionIdOf } from "./credentials.ts";
import { EarlyPackets } from "./early_packets.ts";
import { checkOrigin, portOf, type Security } from "./hosts.ts";

/** What the route needs: the chat, the settings, and somewhere to say what went wrong. */
export interface WebSocketRouteDeps {
  readonly manager: ConnectionManager;
  readonly config: Config;
  readonly log: Log;
}

/**
 * Seconds of silence after which the runtime ends a socket. After half of them it pings: later than
 * our own heartbeat, so that a client which answers that is not pinged twice.
 */
export const IDLE_TIMEOUT_SECONDS = 40;
/** Sockets that may be open only to hear why they are refused; beyond them refusals go by HTTP. */
const MAX_REFUSED_SOCKETS = 100;
/** How often the log says that a proxy isn't trusted. */
const UNTRUSTED_PROXY_NOTE_MS = 60_000;
/** 16 bytes in base64 (RFC 6455, section 4.1). */
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{22}==$/;

/**
 * Makes the handler of `/ws/:username`: checks the request, upgrades it, and hands its socket to
 * the manager. Refusals that a page should be able to read come as an `error` frame over the
 * socket, because browsers hide the HTTP answer of a failed handshake from their pages.
 */
export function createWebSocketRoute(deps: WebSocketRouteDeps): Handler<RouteEnv> {
  let refusedSockets = 0;
  const refusals = {
    hasRoom: () => refusedSockets < MAX_REFUSED_SOCKETS,
    enter(): Ticket {
      refusedSockets++;
      return { abandon: () => {}, release: () => void refusedSockets-- };
    },
  };
  const noteUntrusted = untrustedProxyNote(deps.log);
  return async (c) => {
    const request = c.req.raw;
    requireUpgrade(request);
    const remoteAddress = c.env.remoteAddr.hostname;
    const security = { isSecure: isSecure(request, remoteAddress, deps.config) };
    const foreign = refusalOf(() => checkOrigin(request, deps.config, security));
    if (foreign?.code === "untrusted_proxy") noteUntrusted(remoteAddress);
    const credential = readCredential(request, security);
    const sessionId = credential === undefined ? undefined : await sessionIdOf(credential);
    const address = addressKey(clientAddress(request, remoteAddress, deps.config));
    const cookie = credential === undefined ? newCookie(request, security) : undefined;
    const url = new URL(request.url);
    const dialect = dialectOf(offeredProtocols(request));
    const entry = foreign === undefined
      ? admit(deps.manager, { address, sessionId }, refusals)
      : admitToRefuse(foreign, dialect, refusals);
    // Nothing of the request can be read after this, unless all its headers were: that would keep
    // them in memory for as long as the socket lasts.
    const { socket, response } = upgrade(request, entry);
    // Set by hand: the runtime's own `protocol` option doesn't find an entry without a blank
    // before it, and throws.
    if (dialect !== "plain") response.headers.set("sec-websocket-protocol", dialect);
    if (cookie !== undefined) response.headers.set("set-cookie", cookie);
    // Read here, so that nothing of the request is kept for as long as the socket lasts.
    const catchUp = attempt(() => readCatchUp(url.searchParams));
    const refusal = entry.refusal ?? (catchUp instanceof ChatError ? catchUp : undefined);
    const visitor = { username: usernameIn(url), sessionId, dialect, ticket: entry.ticket };
    const wishes = catchUp instanceof ChatError ? {} : catchUp;
    serve(socket, deps, { ...entry, refusal }, { ...visitor, ...wishes });
    return response;
  };
}

/** A socket's place: counted among those served, or among those only told why they are not. */
interface Entry {
  readonly ticket: Ticket;
  readonly refusal: ChatError | undefined;
}

interface Refusals {
  hasRoom(): boolean;
  enter(): Ticket;
}

function admit(
  manager: ConnectionManager,
  origin: { address: string; sessionId: string | undefined },
  refusals: Refusals,
): Entry {
  try {
    return { ticket: manager.admit(origin), refusal: undefined };
  } catch (error) {
    if (!(error instanceof ChatError) || !refusals.hasRoom()) throw error;
    return { ticket: refusals.enter(), refusal: error };
  }
}

/** Lets our own page in to hear why it is refused. Other pages, and programs, hear it by HTTP. */
function admitToRefuse(refusal: ChatError, dialect: Dialect, refusals: Refusals): Entry {
  const isOurs = refusal.code === "untrusted_proxy" && dialect !== "plain";
  if (!isOurs || !refusals.hasRoom()) throw refusal;
  return { ticket: refusals.enter(), refusal };
}

/** Logs that a proxy isn't trusted: once a minute at most, as each request would say the same. */
function untrustedProxyNote(log: Log): (address: string) => void {
  let notedAt = -Infinity;
  return (address) => {
    if (performance.now() - notedAt < UNTRUSTED_PROXY_NOTE_MS) return;
    notedAt = performance.now();
    log.warn("proxy not trusted", { address, setting: "--trusted-proxies" });
  };
}

function upgrade(request: Request, { ticket }: Entry) {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: IDLE_TIMEOUT_SECONDS });
  } catch (cause) {
    ticket.release();
    throw new ChatError("upgrade_required", upgradeParams(request), { cause });
  }
}

/** Ties a socket's events to the manager. Handlers never throw: that would end the process. */
function serve(
  socket: WebSocket,
  { manager, log }: WebSocketRouteDeps,
  { ticket, refusal }: Entry,
  request: ConnectRequest,
): void {
  const transport = new WebSocketTransport(socket, log);
  let connection: Connection | undefined;
  let isGone = false;
  const early = new EarlyPackets();
  const giveUp = (tell: () => void) => {
    isGone = true;
    early.take();
    tell();
  };
  socket.binaryType = "arraybuffer";
  socket.onopen = async () => {
    if (refusal) return giveUp(() => refuse(transport, refusal));
    try {
      connection = await manager.connect(transport, request);
    } catch (cause) {
      return giveUp(() => refuse(transport, asChatError(cause, log)));
    }
    if (isGone) return manager.disconnect(connection);
    for (const packet of early.take()) manager.receive(connection, packet);
  };
  socket.onmessage = ({ data }) => {
    if (connection) return manager.receive(connection, data);
    if (isGone || early.add(data)) return;
    giveUp(() => transport.close(CLOSE_CODES.slowConsumer));
  };
  // Without a listener an error is reported nowhere; `close` follows it and does the work.
  socket.onerror = (event) => log.debug("socket error", { cause: (event as ErrorEvent).message });
  // May come twice after an idle timeout.
  socket.onclose = () => {
    isGone = true;
    ticket.release();
    if (connection) manager.disconnect(connection);
  };
}

/** A WebSocket as the core sees it. */
class WebSocketTransport implements Transport {
  #socket: WebSocket;
  #log: Log;

  constructor(socket: WebSocket, log: Log) {
    this.#socket = socket;
    this.#log = log;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(packet: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    try {
      this.#socket.send(packet);
    } catch (cause) {
      this.#log.debug("send failed", { cause: String(cause) });
    }
  }

  close({ code, reason }: CloseCode): void {
    try {
      this.#socket.close(code, reason);
    } catch (cause) {
      this.#log.debug("close failed", { cause: String(cause) });
    }
  }
}

function requireUpgrade(request: Request): void {
  const { headers, method } = request;
  const key = headers.get("sec-websocket-key");
  // Asked one by one: `has` would read all of them, and keep them.
  const isUpgrade = method === "GET" &&
    listed(headers.get("upgrade")).includes("websocket") &&
    listed(headers.get("connection")).includes("upgrade") &&
    headers.get("sec-websocket-version") === "13" &&
    key !== null;
  if (!isUpgrade) throw new ChatError("upgrade_required", upgradeParams(request));
  if (!WEBSOCKET_KEY.test(key)) throw new ChatError("invalid_handshake");
}

function upgradeParams(request: Request) {
  return { host: request.headers.get("host") ?? "", username: "{username}" };
}

/** Hands a session to who has none. */
function newCookie(request: Request, security: Security): string {
  return credentialCookie(newCredential(), { ...security, port: portOf(request, security) });
}

function offeredProtocols(request: Request): string[] {
  const header = request.headers.get("sec-websocket-protocol") ?? "";
  return header.split(",").map((entry) => entry.trim());
}

/** The best dialect of those offered, whatever their order. */
function dialectOf(offered: readonly string[]): Dialect {
  const best = [DEFLATE_SUBPROTOCOL, SUBPROTOCOL] as const;
  return best.find((dialect) => offered.includes(dialect)) ?? "plain";
}

function listed(header: string | null): string[] {
  return (header ?? "").toLowerCase().split(",").map((entry) => entry.trim());
}

/** The name in the raw path, decoded once; what can't be decoded stays, and is refused as a name. */
function usernameIn(url: URL): string {
  const raw = url.pathname.slice("/ws/".length);
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/**
 * What a client wants from before: `?epoch=…&seq=…`, where it was, or `?history=…`, how many of
 * the newest events. Other parameters are none of ours and stay unread.
 */
function readCatchUp(query: URLSearchParams): CatchUpRequest {
  const epoch = query.get("epoch");
  const seq = wholeNumber(query, "seq", Number.MAX_SAFE_INTEGER);
  const history = wholeNumber(query, "history", MAX_HISTORY);
  if ((epoch === null) !== (seq === undefined)) {
    throw new ChatError("invalid_query", { reason: "“epoch” and “seq” must be given together." });
  }
  return epoch === null || seq === undefined ? { history } : { resume: { epoch, seq } };
}

function wholeNumber(query: URLSearchParams, key: string, max: number): number | undefined {
  const text = query.get(key);
  if (text === null) return undefined;
  if (/^\d{1,16}$/.test(text) && Number(text) <= max) return Number(text);
  throw new ChatError("invalid_query", {
    reason: `“${key}” must be a whole number from 0 to ${max}.`,
  });
}

function refusalOf(check: () => void): ChatError | undefined {
  const result = attempt(check);
  return result instanceof ChatError ? result : undefined;
}

function attempt<Result>(work: () => Result): Result | ChatError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
}

function asChatError(cause: unknown, log: Log): ChatError {
  if (cause instanceof ChatError) return cause;
  log.error("connecting failed", { cause: String(cause) });
  if (cause instanceof StoreUnavailableError) {
    return new ChatError("unavailable", { retryAfterMs: UNAVAILABLE_RETRY_MS }, { cause });
  }
  return new ChatError("internal", {}, { cause });
}
