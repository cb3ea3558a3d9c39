/**
 * Socket.IO on Node: its own broadcast, over WebSocket alone. Promises nothing beyond delivery to
 * sockets that are open; its acks and its connection state recovery are off, as by default. Run
 * with the port as its argument, in a folder that has the package installed.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";

const { Server } = createRequire(`${process.cwd()}/`)("socket.io");

const BACKLOG = 4096;
const server = createServer();
const io = new Server(server, { transports: ["websocket"], serveClient: false });

io.on("connection", (/** @type {any} */ socket) => {
  const { name } = socket.handshake.auth;
  socket.join(name);
  socket.on("message", (/** @type {any} */ { to, message }) => {
    const readers = to === undefined ? io : io.to([name, to]);
    readers.emit("message", { from: name, message });
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1", BACKLOG);
