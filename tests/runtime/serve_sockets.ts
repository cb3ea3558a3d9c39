/** A server that upgrades every request, to see what the runtime does. */
export interface SocketServer extends AsyncDisposable {
  readonly port: number;
  readonly server: Deno.HttpServer;
  /** The next socket that was upgraded, before it is open. */
  accept(): Promise<WebSocket>;
  /** Waits until the peers of all sockets have gone, and stops. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a request is answered: with a socket to hand out, or with something else. */
export type Answer = (request: Request) => Deno.WebSocketUpgrade | Response;

/** Serves sockets on a free port of loopback. */
export function serveSockets(answer: Answer = (r) => Deno.upgradeWebSocket(r)): SocketServer {
  const accepted: WebSocket[] = [];
  const closed: Promise<unknown>[] = [];
  const waiting: ((socket: WebSocket) => void)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const answered = answer(request);
    if (answered instanceof Response) return answered;
    answered.socket.binaryType = "arraybuffer";
    closed.push(new Promise((resolve) => answered.socket.addEventListener("close", resolve)));
    const next = waiting.shift();
    if (next) next(answered.socket);
    else accepted.push(answered.socket);
    return answered.response;
  });
  return {
    port: server.addr.port,
    server,
    accept() {
      const socket = accepted.shift();
      return socket ? Promise.resolve(socket) : new Promise((resolve) => waiting.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(closed);
      await server.shutdown();
    },
  };
}

/** How long it may take on a busy machine, in milliseconds. */
const LIMIT_MS = 30_000;

/** The next event of a kind; fails when none comes. */
export function next<K extends keyof WebSocketEventMap>(
  socket: WebSocket,
  kind: K,
): Promise<WebSocketEventMap[K]> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(`no ${kind} in time`)), LIMIT_MS);
    socket.addEventListener(kind, (event) => {
      clearTimeout(deadline);
      resolve(event);
    }, { once: true });
  });
}
