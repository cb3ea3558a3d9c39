/**
 * Bun's built-in pub/sub, which writes all packets of one turn of its event loop to a socket in one
 * system call. With `joined` as second argument, it also joins the messages of a turn into one
 * packet, as Parley does. Promises nothing beyond delivery to open sockets: no log, no acks; a
 * reader that is 16 MiB behind loses messages (Bun's default). Run with the port as first argument.
 */
const { Bun } = /** @type {any} */ (globalThis);
const isJoined = Bun.argv[3] === "joined";
const byName = new Map();
/** @type {string[]} */
let waiting = [];

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
      if (to === undefined) return publish(frame);
      socket.send(frame);
      byName.get(to)?.send(frame);
    },
    close(/** @type {any} */ socket) {
      if (byName.get(socket.data.name) === socket) byName.delete(socket.data.name);
    },
  },
});

/** @param {string} frame */
function publish(frame) {
  if (!isJoined) server.publish("everyone", frame);
  else if (waiting.push(frame) === 1) setImmediate(flush);
}

function flush() {
  const frames = waiting;
  waiting = [];
  server.publish("everyone", frames.join("\n"));
}
