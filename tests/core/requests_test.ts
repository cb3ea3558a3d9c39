import { assertEquals } from "@std/assert";
import type { Connection } from "../../core/connection.ts";
import { ChatError } from "../../core/errors.ts";
import { createLog } from "../../core/log.ts";
import { TokenBucket } from "../../core/rate_limiter.ts";
import { Requests } from "../../core/requests.ts";
import { memberNamed, openConnection } from "../support/connections.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** Requests of one connection, with all that is done for them. */
function createRequests() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const done: unknown[][] = [];
  const { connection, transport } = openConnection({ member: memberNamed("alice", ["s1"]) });
  const delivery = {
    seq: 41,
    toEveryone: (_: Connection, ...args: unknown[]) => void done.push(["toEveryone", ...args]),
    toOne: (_: Connection, ...args: unknown[]) => void done.push(["toOne", ...args]),
  };
  const requests = new Requests({
    clock,
    log: createLog({ level: "debug", format: "json", clock, write }),
    delivery,
    receipts: { noteRead: (_, ...args) => void done.push(["noteRead", ...args]) },
    onHeard: () => {},
    endRefused: (_, { code, params }) => void done.push(["endRefused", code, params]),
  });
  const receive = (packet: unknown) =>
    requests.receive(connection, typeof packet === "string" ? packet : JSON.stringify(packet));
  const errors = () => transport.framesOf("error").map(({ code, id }) => [code, id]);
  return { clock, lines, done, delivery, requests, connection, transport, receive, errors };
}

Deno.test("Requests.receive() hands messages on, public and private, with their ids", () => {
  const { done, transport, receive } = createRequests();

  receive({ message: "hello" });
  receive({ id: "k1", message: "hello" });
  receive({ id: "k2", to: "bob", message: "psst" });
  receive({ type: "pong" });

  assertEquals(done, [
    ["toEveryone", "hello", undefined],
    ["toEveryone", "hello", "k1"],
    ["toOne", { username: "bob", account: undefined }, "psst", "k2"],
  ]);
  assertEquals(transport.packets, []);
});

Deno.test("Requests.receive() ends a connection on a binary packet, or one over 65,536 bytes", () => {
  const { done, requests, connection, receive } = createRequests();

  requests.receive(connection, new ArrayBuffer(1));
  receive("€".repeat(21_846));
  receive("x".repeat(65_537));

  assertEquals(done, [
    ["endRefused", "unsupported_data", {}],
    ["endRefused", "frame_too_large", { limit: 65_536 }],
    ["endRefused", "frame_too_large", { limit: 65_536 }],
  ]);
});

Deno.test("Requests.receive() takes a packet of 65,536 bytes for what it holds", () => {
  const { done, receive, errors } = createRequests();

  receive("x".repeat(65_536));
  receive("€".repeat(21_845));

  assertEquals(done, []);
  assertEquals(errors(), [["invalid_json", undefined], ["invalid_json", undefined]]);
});

Deno.test("Requests.receive() answers 100 bad frames, good ones between them or not, and ends then", () => {
  const { done, receive, errors } = createRequests();

  for (let i = 0; i < 50; i++) receive("no");
  receive({ message: "good" });
  for (let i = 0; i < 50; i++) receive({ id: "k1", color: "red" });
  assertEquals(done, [["toEveryone", "good", undefined]]);
  receive("no");

  assertEquals(done.slice(1), [["endRefused", "too_many_errors", {}]]);
  assertEquals(errors().length, 100);
  assertEquals(errors()[50], ["invalid_frame", "k1"]);
});

Deno.test("Requests.receive() answers one bad frame a second for ever", () => {
  const { clock, done, receive, errors } = createRequests();

  for (let i = 0; i < 1_000; i++) {
    receive("no");
    clock.advance(1_000);
  }

  assertEquals(done, []);
  assertEquals(errors().length, 1_000);
});

Deno.test("Requests.receive() ends a connection that sends pongs, reads or refused messages without end", () => {
  for (
    const flood of [
      { type: "pong" },
      { type: "read", conversation: "lobby", seq: 1 },
      { message: "too soon" },
    ]
  ) {
    const { done, delivery, receive } = createRequests();
    delivery.toEveryone = () => {
      throw new ChatError("rate_limited", { retryAfterMs: 100 });
    };

    for (let i = 0; i < 1_001; i++) receive(flood);

    const ends = done.filter(([what]) => what === "endRefused");
    const params = { scope: "this connection", retryAfterMs: 50 };
    assertEquals(ends, [["endRefused", "too_many_packets", params]]);
  }
});

Deno.test("Requests.receive() counts a packet of 64 KiB as 65, whatever is in it", () => {
  const { done, receive } = createRequests();

  for (let i = 0; i < 15; i++) receive("x".repeat(65_536));
  assertEquals(done, []);
  receive("x".repeat(65_536));

  assertEquals(done.map(([what, code]) => [what, code]), [["endRefused", "too_many_packets"]]);
});

Deno.test("Requests.receive() takes any number of accepted messages", () => {
  const { done, receive } = createRequests();

  for (let i = 0; i < 10_000; i++) receive({ message: "x".repeat(4_000) });

  assertEquals(done.length, 10_000);
  assertEquals(done.every(([what]) => what === "toEveryone"), true);
});

Deno.test("Requests answers a refusal with the request's id, and doesn't count it as a bad frame", () => {
  const { delivery, receive, errors } = createRequests();
  delivery.toEveryone = () => {
    throw new ChatError("rate_limited", { retryAfterMs: 100 });
  };

  for (let i = 0; i < 200; i++) receive({ id: "k1", message: "hello" });

  assertEquals(errors(), Array(200).fill(["rate_limited", "k1"]));
});

Deno.test("Requests answers a mistake of ours with `internal`, and logs it without the text", () => {
  const { lines, delivery, receive, errors } = createRequests();
  delivery.toOne = () => {
    throw new TypeError("Cannot read properties of undefined");
  };

  receive({ id: "k1", to: "bob", message: "secret" });

  assertEquals(errors(), [["internal", "k1"]]);
  assertEquals(lines.length, 1);
  assertEquals(lines[0]!.includes("Cannot read properties"), true);
  assertEquals(lines[0]!.includes("secret"), false);
});

Deno.test("Requests notes a read position, no further than the newest message", () => {
  const { done, transport, receive } = createRequests();

  receive({ type: "read", conversation: "lobby", seq: 40 });
  receive({ type: "read", conversation: "a_alice.a_bob", seq: 9_999 });

  assertEquals(done, [["noteRead", "lobby", 40], ["noteRead", "a_alice.a_bob", 41]]);
  assertEquals(transport.packets, []);
});

Deno.test("Requests refuses a read position in a conversation of others", () => {
  const { done, receive, errors } = createRequests();

  receive({ type: "read", conversation: "a_bob.a_carol", seq: 1 });
  receive({ type: "read", conversation: "a_alic.a_bob", seq: 1 });

  assertEquals(done, []);
  assertEquals(errors().map(([code]) => code), ["unknown_conversation", "unknown_conversation"]);
});

Deno.test("Requests keeps no read position of a guest", () => {
  const { done, requests } = createRequests();
  const { connection, transport } = openConnection({ member: memberNamed("gus") });

  requests.receive(connection, '{"type":"read","conversation":"lobby","seq":1}');

  assertEquals(done, []);
  assertEquals(transport.packets, []);
});

Deno.test("Requests limits how often an account notes what it has read, apart from what it sends", () => {
  const { clock, done, requests, delivery } = createRequests();
  const reads = new TokenBucket({ perSecond: 10, burst: 2 }, clock.monotonic());
  const member = { ...memberNamed("alice", ["s1"]), reads };
  const { connection, transport } = openConnection({ member });

  for (let seq = 1; seq <= 3; seq++) {
    requests.receive(connection, `{"type":"read","conversation":"lobby","seq":${seq}}`);
  }
  requests.broadcast(connection, "hello", "k1");

  assertEquals(done, [["noteRead", "lobby", 1], ["noteRead", "lobby", 2], [
    "toEveryone",
    "hello",
    "k1",
  ]]);
  assertEquals(transport.framesOf("error")[0]!.params, { retryAfterMs: 100 });
  assertEquals(delivery.seq, 41);
});
