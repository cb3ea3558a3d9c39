/**
 * Bun's built-in pub/sub, which joins what one turn of its event loop writes to a socket into one
 * call of the system. Promises nothing beyond delivery to sockets that are open: no log, no acks;
 * a reader that is 16 MiB behind loses messages (Bun's default). Run with the port as argument.
 */
const { Bun } = /** @type {any} */ (globalThis);
const byName = new Map();

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(Bun.argv[2]),
  fetch(/** @type {Request} */ request, /** @type {any} */ server) {
    const name = decodeURIComponent(new URL(request.url).pathname.slice("/ws/".length));
    if (server.upgrade(request, { data: { name } })) return undefined;
    return new Response("Connect here with a WebSocket", { status: 426 });
  },
  websocket: {
    open(/** @type {any} */ socket) {
      socket.subscribe("everyone");
      byName.set(socket.data.name, socket);
    },
    message(/** @type {any} */ socket, /** @type {string} */ data) {
      const { to, message } = JSON.parse(data);
      const frame = JSON.stringify({ from: socket.data.name, message });
      if (to === undefined) return void server.publish("everyone", frame);
      socket.send(frame);
      byName.get(to)?.send(frame);
    },
    close(/** @type {any} */ socket) {
      if (byName.get(socket.data.name) === socket) byName.delete(socket.data.name);
    },
  },
});
