import { assertEquals } from "@std/assert";
import { messageFrame, replayFrame } from "../../core/message_frames.ts";
import { MessageFrame } from "../../core/protocol.ts";
import type { StoredEvent } from "../../core/store.ts";

const PUBLIC: StoredEvent = {
  seq: 41,
  at: 1_763_800_000_000,
  kind: "message",
  conversation: "lobby",
  author: "a_1",
  from: "alice",
  text: "hello",
  key: "k1",
};
const PRIVATE: StoredEvent = {
  ...PUBLIC,
  conversation: "a_1.a_2",
  recipient: { account: "a_2", username: "bob" },
  isWaiting: true,
};

Deno.test("messageFrame() shows a public event without its key, and as for nobody in particular", () => {
  assertEquals(messageFrame(PUBLIC), {
    type: "message",
    seq: 41,
    at: 1_763_800_000_000,
    from: "alice",
    account: "a_1",
    message: "hello",
  });
});

Deno.test("messageFrame() names the recipient and the conversation of a private event", () => {
  assertEquals(messageFrame(PRIVATE), {
    type: "message",
    seq: 41,
    at: 1_763_800_000_000,
    from: "alice",
    account: "a_1",
    to: "bob",
    conversation: "a_1.a_2",
    message: "hello",
  });
});

Deno.test("replayFrame() marks what comes from the log, and tells the author alone what waits", () => {
  assertEquals(replayFrame(PUBLIC, "a_1"), { ...messageFrame(PUBLIC), replay: true });
  assertEquals(replayFrame(PRIVATE, "a_2"), { ...messageFrame(PRIVATE), replay: true });
  assertEquals(replayFrame(PRIVATE, "a_1"), {
    ...messageFrame(PRIVATE),
    replay: true,
    waiting: true,
  });
  assertEquals(replayFrame({ ...PRIVATE, isWaiting: false }, "a_1").waiting, undefined);
});

Deno.test("messageFrame() and replayFrame() make frames as the protocol defines them", () => {
  for (const event of [PUBLIC, PRIVATE]) {
    for (const frame of [messageFrame(event), replayFrame(event, "a_1")]) {
      assertEquals(MessageFrame.parse(frame), frame);
    }
  }
});
