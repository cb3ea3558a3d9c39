import { assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
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

Deno.test("nothing that a client sends behind the packet which ends its connection is handled", async () => {
  // Messages held behind a refused packet were stored and delivered after the connection had ended.
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");
  const send = (packet: string | ArrayBuffer) => chat.manager.receive(alice.connection, packet);

  for (let i = 0; i < 300; i++) send(`{"message":"${i}"}`);
  send(new ArrayBuffer(1));
  for (let i = 0; i < 20; i++) send('{"message":"too late"}');
  await chat.settle();

  assertEquals(alice.transport.closed, CLOSE_CODES.unsupportedData);
  assertEquals(bob.transport.messages.length, 300);
  assertEquals(chat.store.lastSeq, 300);
});

Deno.test("a socket that can't be sent to costs nobody else a message, and is asked to come back", async () => {
  const chat = createChat();
  const [alice, bob] = [await chat.join("alice"), await chat.join("bob")];
  const broken = await chat.join("carol");
  broken.transport.send = () => {
    throw new Error("broken");
  };

  for (const message of ["one", "two"]) await chat.say(alice, { id: message, message });
  await chat.say(broken, { message: "three" });

  for (const { transport } of [alice, bob]) assertEquals(transport.messages, ["one", "two"]);
  assertEquals(alice.transport.framesOf("ack").length, 2);
  assertEquals(broken.transport.closed, CLOSE_CODES.internal);
  assertEquals(chat.lines.filter((line) => line.includes("sending failed")).length, 1);
});
