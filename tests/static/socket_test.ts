import { assert, assertEquals } from "@std/assert";
import { ReconnectingSocket } from "../../static/net/socket.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { FakeSocket, message, reportedErrors, welcome } from "./fakes.ts";

function setUp() {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const frames: string[] = [];
  const states: string[] = [];
  const socket = new ReconnectingSocket({
    url: () => "ws://chat.example/ws/alice",
    open(url, subprotocols) {
      const opened = new FakeSocket(url, subprotocols);
      sockets.push(opened);
      return opened;
    },
    clock,
    onFrame: (frame) => void frames.push(frame.type),
    onState: (line) => void states.push(line.state),
    random: () => 1,
  });
  return { clock, sockets, frames, states, socket };
}

Deno.test("ReconnectingSocket.connect() offers its dialects and is online from welcome on", () => {
  const { sockets, frames, states, socket } = setUp();

  socket.connect();
  const isEarly = socket.send({ type: "message", message: "hi" });
  sockets[0]!.receive(welcome());

  assertEquals(sockets[0]!.subprotocols, ["parley.v1.deflate", "parley.v1"]);
  assertEquals(sockets[0]!.binaryType, "arraybuffer");
  assertEquals(isEarly, false);
  assertEquals(states, ["connecting", "online"]);
  assertEquals(frames, ["welcome"]);
  assertEquals(socket.send({ type: "message", message: "hi" }), true);
  socket.disconnect();
});

Deno.test("ReconnectingSocket answers a ping and keeps it to itself", () => {
  const { sockets, frames, socket } = setUp();
  socket.connect();

  sockets[0]!.receive(welcome(), { type: "ping" });

  assertEquals(sockets[0]!.sent, [{ type: "pong" }]);
  assertEquals(frames, ["welcome"]);
  socket.disconnect();
});

Deno.test("ReconnectingSocket comes back after a lost connection, slower each time", () => {
  const { clock, sockets, socket } = setUp();
  socket.connect();

  sockets[0]!.end(1006);
  clock.advance(499);
  assertEquals(sockets.length, 1);
  clock.advance(1);
  assertEquals(sockets.length, 2);
  sockets[1]!.end(1006);
  clock.advance(999);
  assertEquals(sockets.length, 2);
  clock.advance(1);

  assertEquals(sockets.length, 3);
  socket.disconnect();
});

Deno.test("ReconnectingSocket stays away after a terminal code and tells the refusal", () => {
  const { clock, sockets, socket } = setUp();
  const refusal = { type: "error" as const, code: "username_taken", message: "Taken." };
  socket.connect();

  sockets[0]!.receive(refusal);
  sockets[0]!.end(4502);
  clock.advance(60_000);

  assertEquals(sockets.length, 1);
  assertEquals(socket.state, { state: "ended", code: 4502, refusal });
});

Deno.test("ReconnectingSocket waits at least as long as the server asks", () => {
  const { clock, sockets, socket } = setUp();
  const params = { retryAfterMs: 5000 };
  socket.connect();

  sockets[0]!.receive({ type: "error", code: "server_full", message: "Full.", params });
  sockets[0]!.end(4013);
  clock.advance(5000);
  assertEquals(sockets.length, 1);
  clock.advance(500);

  assertEquals(sockets.length, 2);
  socket.disconnect();
});

Deno.test("ReconnectingSocket drops a line that is silent for a heartbeat and the grace", () => {
  const { clock, sockets, states, socket } = setUp();
  socket.connect();
  sockets[0]!.receive(welcome());

  clock.advance(20_000);
  sockets[0]!.receive({ type: "ping" });
  clock.advance(24_999);
  assertEquals(socket.state.state, "online");
  clock.advance(1);

  assert(sockets[0]!.isClosed);
  assertEquals(states.at(-1), "waiting");
  socket.disconnect();
});

Deno.test("ReconnectingSocket hears nothing from a socket it dropped", () => {
  const { clock, sockets, frames, socket } = setUp();
  socket.connect();
  sockets[0]!.receive(welcome());
  clock.advance(25_000);
  clock.advance(500);
  sockets[1]!.receive(welcome());

  sockets[0]!.receive({ type: "ping" });
  sockets[0]!.end(1006);

  assertEquals(socket.state.state, "online");
  assertEquals(frames, ["welcome", "welcome"]);
  socket.disconnect();
});

Deno.test("ReconnectingSocket.nudge() ends a wait early, but no faster than the floor", () => {
  const { clock, sockets, socket } = setUp();
  socket.connect();
  for (let i = 0; i < 4; i++) {
    sockets.at(-1)!.end(1006);
    clock.advance(500 * 2 ** i);
  }
  sockets.at(-1)!.end(1006);

  socket.nudge();
  clock.advance(999);
  assertEquals(sockets.length, 5);
  clock.advance(1);

  assertEquals(sockets.length, 6);
  socket.disconnect();
});

Deno.test("ReconnectingSocket.nudge() notices a line that died while the machine slept", () => {
  const { clock, sockets, socket } = setUp();
  socket.connect();
  sockets[0]!.receive(welcome());
  // Timers stand still during sleep, the monotonic clock does not have to.
  const monotonic = clock.monotonic.bind(clock);
  clock.monotonic = () => monotonic() + 600_000;

  socket.nudge();

  assertEquals(socket.state.state, "waiting");
  socket.disconnect();
});

Deno.test("ReconnectingSocket.disconnect() leaves no timer behind", () => {
  const { clock, sockets, socket } = setUp();
  socket.connect();
  sockets[0]!.end(1006);

  socket.disconnect();

  assertEquals(clock.pending, 0);
  assertEquals(socket.state, { state: "idle" });
});

// The close code may get lost while packets are in flight; the frame before it has come by then.
Deno.test("ReconnectingSocket ends as signed out at that word, without a close code", () => {
  const { clock, sockets, frames, socket } = setUp();
  const refusal = { type: "error" as const, code: "signed_out", message: "Signed out." };
  socket.connect();

  sockets[0]!.receive(welcome(), refusal, welcome());

  assertEquals(socket.state, { state: "ended", code: 4504, refusal });
  assertEquals([frames, sockets[0]!.isClosed, clock.pending], [["welcome"], true, 0]);
});

Deno.test("ReconnectingSocket goes on with the next frame when the page can't handle one", () => {
  const heard: number[] = [];
  const socket = new FakeSocket("", []);
  const line = new ReconnectingSocket({
    url: () => "ws://chat.example/ws/alice",
    open: () => socket,
    clock: new ManualClock(),
    onFrame(frame) {
      if (frame.type !== "message") return;
      if (frame.seq === 1) throw new Error("A mistake in the page");
      heard.push(frame.seq);
    },
    onState: () => {},
  });
  line.connect();

  const { errors } = reportedErrors(() => {
    socket.receive(welcome(), message({ seq: 1 }), message({ seq: 2 }));
    return {};
  });

  assertEquals([heard, errors.length], [[2], 1]);
  line.disconnect();
});
