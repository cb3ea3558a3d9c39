/**
 * `ws` on Node: the broadcast of its own manual, encoded once for all readers. Promises nothing
 * beyond delivery to sockets that are open: no log, no acks, no bound on what waits for a slow
 * reader. Run with the port as its argument, in a folder that has the package installed.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";

const { WebSocket, WebSocketServer } = createRequire(`${process.cwd()}/`)("ws");

const BACKLOG = 4096;
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const byName = new Map();

sockets.on("connection", (/** @type {any} */ socket, /** @type {any} */ request) => {
  const name = decodeURIComponent((request.url ?? "").slice("/ws/".length));
  byName.set(name, socket);
  socket.on("message", (/** @type {any} */ data) => {
    const { to, message } = JSON.parse(data.toString());
    const frame = JSON.stringify({ from: name, message });
    const readers = to === undefined ? sockets.clients : [socket, byName.get(to)];
    for (const reader of readers) {
      if (reader?.readyState === WebSocket.OPEN) reader.send(frame);
    }
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    if (byName.get(name) === socket) byName.delete(name);
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1", BACKLOG);
