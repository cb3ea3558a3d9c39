import { assertEquals } from "@std/assert";
import { createChat } from "../support/chat.ts";

Deno.test("the ack comes before the sender's own copy when someone leaves in the same commit", async () => {
  // What is told after the messages of a commit flushed their copies before their acks had left.
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  chat.manager.receive(alice.connection, '{"id":"k1","message":"one"}');
  chat.manager.receive(alice.connection, '{"id":"k2","message":"two"}');
  chat.manager.disconnect(bob.connection);
  await chat.settle();

  assertEquals(alice.transport.frames.slice(2).map(({ type }) => type), [
    "ack",
    "message",
    "ack",
    "message",
    "left",
  ]);
});
