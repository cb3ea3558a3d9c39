/**
 * Hono on Deno, with the loop everybody writes first: one `send` a message and reader. Encoded
 * once, with the same backlog as Parley's. Promises nothing beyond delivery to sockets that are
 * open: no log, no acks, no bound on what waits for a slow reader. Run with the port as argument.
 */
import { Hono } from "hono";
import { upgradeWebSocket } from "hono/deno";
import type { WSContext } from "hono/ws";

const byName = new Map<string, WSContext<WebSocket>>();
const app = new Hono();

app.get(
  "/ws/:name",
  upgradeWebSocket((c) => {
    const name = c.req.param("name") ?? "";
    return {
      onOpen: (_, socket) => void byName.set(name, socket),
      onMessage({ data }) {
        const { to, message } = JSON.parse(data as string);
        const frame = JSON.stringify({ from: name, message });
        const readers = to === undefined ? byName.values() : [byName.get(name), byName.get(to)];
        for (const reader of readers) if (reader?.readyState === 1) reader.send(frame);
      },
      onClose: () => void byName.delete(name),
    };
  }),
);

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
  tcpBacklog: 4096,
  onListen: () => {},
}, app.fetch);
