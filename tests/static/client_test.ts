import { assert, assertEquals } from "@std/assert";
import { leaveChat, openConversation } from "../../static/model/changes.ts";
import { activeConversation } from "../../static/model/state.ts";
import { EMPTY, FakeApi, FakePage } from "./app_fakes.ts";
import { FakeTabs, message, settle, welcome } from "./fakes.ts";

const LOBBY = { kind: "lobby" } as const;

async function setUp(
  answers: Record<string, unknown> = {},
  first = welcome(),
  tabs = new FakeTabs(),
) {
  const page = new FakePage(new FakeApi(answers), tabs);
  const told: string[] = [];
  const client = page.openClient("alice", {
    connectionChanged: () => {},
    welcomed: () => {},
    messageCame: ({ message }) => void told.push(message),
    signedOut: () => void told.push("signed out"),
    cameBackAsAnother: () => void told.push("another"),
  });
  client.connect();
  page.socket.receive(first);
  await settle();
  page.draw();
  page.draw();
  page.shown = 0;
  return { page, client, told };
}

Deno.test("Client renders a flood of frames once", async () => {
  const { page, client } = await setUp();

  for (let seq = 1; seq <= 1000; seq++) page.socket.receive(message({ seq }));
  page.draw();

  assertEquals([page.shown, page.texts().length], [1, 1000]);
  client.stop();
});

Deno.test("Client.send() shows a message as pending until its ack, under one key", async () => {
  const { page, client } = await setUp();

  client.send(LOBBY, "hello");
  await settle();
  const [key] = activeConversation(page.state).unsent;
  assertEquals(page.texts(), ["hello (pending)"]);
  page.socket.receive({ type: "ack", id: page.ids()[0]!, seq: 1, at: 2 });
  page.draw();

  assertEquals(page.texts(), ["hello"]);
  assertEquals(activeConversation(page.state).items, [key]);
  client.stop();
});

Deno.test("Client sends messages written offline after reconnecting, under one id", async () => {
  const { page, client } = await setUp();
  client.send(LOBBY, "on the wire");
  await settle();
  page.socket.end(1006);
  client.send(LOBBY, "offline");

  page.clock.advance(20_000);
  page.socket.receive(welcome());
  await settle();
  page.socket.receive({ type: "ack", id: page.ids()[0]!, seq: 1, at: 2, duplicate: true });

  const [first, again, second] = page.ids();
  assert(first === again && second !== first && second !== undefined);
  client.stop();
});

Deno.test("Client says where it was when it comes back", async () => {
  const { page, client } = await setUp();
  page.socket.receive(message({ seq: 41 }));

  page.socket.end(1006);
  page.clock.advance(20_000);

  assertEquals(page.sockets.map(({ url }) => url.split("?")[1]), ["seq=undefined", "seq=41"]);
  client.stop();
});

Deno.test("Client tells how far the conversation on screen has been read", async () => {
  const { page, client } = await setUp();

  page.socket.receive(message({ seq: 41 }));
  page.draw();
  page.clock.advance(1000);

  assertEquals(page.socket.sent, [{ type: "read", conversation: "lobby", seq: 41 }]);
  client.stop();
});

Deno.test("Client counts messages as unread while the end isn't on screen", async () => {
  const { page, client } = await setUp();

  page.isVisible = false;
  page.socket.receive(message({ seq: 1 }));
  page.draw();
  page.isVisible = true;
  page.store.act((state) => ({ ...state, viewport: { ...state.viewport, isAtEnd: false } }));
  page.socket.receive(message({ seq: 2 }));
  page.draw();
  page.clock.advance(1000);

  assertEquals(activeConversation(page.state).unread, 2);
  assertEquals(page.socket.sent, []);
  client.stop();
});

Deno.test("Client tells of refusals that have no id, but of no announced restart", async () => {
  const { page, client } = await setUp();

  page.socket.receive({ type: "error", code: "shutting_down", message: "Restarting." });
  assertEquals(page.state.notice, null);
  page.socket.receive({ type: "error", code: "invalid_frame", message: "No." });

  assertEquals(page.state.notice, { kind: "refused", text: "No.", conversation: null });
  client.stop();
});

// What an account awaited still came after it had left, and was shown to the next one.
Deno.test("Client.stop() leaves no timer behind and writes nothing any more", async () => {
  const { page, client } = await setUp();
  page.socket.receive(message());
  client.send(LOBBY, "private thoughts");
  client.load("older");

  client.stop();
  page.store.act((state) => leaveChat(state, {}));
  client.send(LOBBY, "too late");
  await settle();
  page.draw();

  assertEquals([page.clock.pending, page.texts(), page.state.screen.name], [0, [], "join"]);
});

function pageOf(first: number, last: number, hasOlder: boolean, epoch = "e_1") {
  const messages = Array.from({ length: last - first + 1 }, (_, i) => {
    return message({ seq: first + i, message: String(first + i) });
  });
  return { messages, hasOlder, hasNewer: false, epoch };
}

Deno.test("Client loads the newest page on arrival and older ones on request", async () => {
  const { page, client } = await setUp({
    'messages {"before":101,"limit":50}': pageOf(51, 100, true),
    'messages {"before":51,"limit":50}': pageOf(1, 50, false),
  }, welcome({ seq: 100 }));
  assertEquals([page.texts().length, page.state.isOpening], [50, false]);

  client.load("older");
  await settle();
  page.draw();
  client.load("older");

  assertEquals(page.texts().slice(0, 2), ["1", "2"]);
  assertEquals(page.api.asked, [
    'conversations {"as":"alice","limit":200}',
    'messages {"before":101,"limit":50}',
    'messages {"before":51,"limit":50}',
  ]);
  client.stop();
});

Deno.test("Client skips invalid frames in a page of history", async () => {
  const damaged = { ...EMPTY, messages: [{ type: "message", seq: 1 }, message({ seq: 2 })] };

  const { page, client } = await setUp({ messages: damaged }, welcome({ seq: 2 }));

  assertEquals(page.texts(), ["hello"]);
  client.stop();
});

Deno.test("Client tells why a page could not be loaded, and asks again when told to", async () => {
  const answers: Record<string, unknown> = { messages: new Error("No answer.") };
  const { page, client } = await setUp(answers, welcome({ seq: 100 }));
  const { loading, loadError } = activeConversation(page.state);
  assertEquals([loading, loadError], [null, "No answer."]);

  answers.messages = pageOf(51, 100, true);
  client.load("older");
  await settle();

  assertEquals([page.texts().length, activeConversation(page.state).loadError], [50, null]);
  client.stop();
});

Deno.test("Client goes to the newest after too long an absence, and back through history", async () => {
  const { page, client } = await setUp({
    'messages {"before":9001,"limit":50}': pageOf(8951, 9000, true),
    'messages {"before":8951,"limit":50}': pageOf(8901, 8950, true),
  });
  page.socket.receive(message({ seq: 1, message: "old" }));
  page.draw();

  page.socket.end(1006);
  page.clock.advance(20_000);
  page.socket.receive(welcome({ seq: 9000 }), { type: "resumed", recovered: false, seq: 9000 });
  page.socket.receive(message({ seq: 9001, message: "live" }));
  page.draw();
  await settle();
  page.draw();
  assertEquals([page.texts()[0], page.texts().at(-1)], ["8951", "live"]);
  client.load("older");
  await settle();

  assertEquals([page.texts()[0], page.texts().length], ["8901", 101]);
  client.stop();
});

Deno.test("Client stays after too long an absence where older messages are being read", async () => {
  const { page, client } = await setUp();
  page.socket.receive(message({ seq: 1, message: "old" }));
  page.draw();
  page.store.act((state) => ({ ...state, viewport: { ...state.viewport, isAtEnd: false } }));

  page.socket.end(1006);
  page.clock.advance(20_000);
  page.socket.receive(welcome({ seq: 9000 }), { type: "resumed", recovered: false, seq: 9000 });
  await settle();
  page.draw();

  assertEquals(page.texts(), ["old"]);
  client.stop();
});

Deno.test("Client counts nothing as read before the first page has been on screen", async () => {
  const list = { conversations: [], lobby: { read: 60, unread: 40 }, epoch: "e_1" };
  const page = new FakePage(
    new FakeApi({
      'conversations {"as":"alice","limit":200}': list,
      'messages {"before":101,"limit":65}': pageOf(36, 100, true),
    }),
  );
  const ignore = () => {};
  const client = page.openClient("alice", {
    connectionChanged: ignore,
    welcomed: ignore,
    messageCame: ignore,
    signedOut: ignore,
    cameBackAsAnother: ignore,
  });
  client.connect();
  page.socket.receive(welcome({ seq: 100 }));
  await settle();
  page.draw();
  const first = activeConversation(page.state);
  assertEquals([first.unread, first.divider], [40, "0:61"]);

  page.draw();
  page.clock.advance(1000);

  assertEquals(activeConversation(page.state).unread, 0);
  assertEquals(page.socket.sent, [{ type: "read", conversation: "lobby", seq: 100 }]);
  client.stop();
});

Deno.test("Client takes nothing in from a line that comes back under another account", async () => {
  const { page, client, told } = await setUp();
  page.socket.receive(message({ message: "for alice" }));
  page.draw();

  page.socket.end(1006);
  page.clock.advance(20_000);
  page.socket.receive(welcome({ account: "a_somebody" }));
  page.draw();

  assertEquals([told, page.state.self?.account], [["for alice", "another"], "a_alice"]);
  client.stop();
});

Deno.test("Client lists all pages of conversations", async () => {
  const entry = (seq: number) => ({
    id: `a_${seq}.a_alice`,
    peer: { username: `user${seq}`, account: `a_${seq}` },
    newest: message({ seq }),
    read: 0,
    unread: seq === 1 ? 1 : 0,
  });
  const rest = { lobby: { read: 0, unread: 0 }, epoch: "e_1" };
  const { page, client } = await setUp({
    'conversations {"as":"alice","limit":200}': {
      conversations: [entry(9), entry(7)],
      hasOlder: true,
      ...rest,
    },
    'conversations {"as":"alice","limit":200,"before":7}': {
      conversations: [entry(5), entry(1)],
      hasOlder: false,
      ...rest,
    },
  }, welcome({ seq: 100 }));

  const listed = [...page.state.conversations.values()].slice(1);
  const names = listed.map(({ address }) => address.kind === "direct" && address.username);
  assertEquals(names, ["user9", "user7", "user5", "user1"]);
  assertEquals(listed.map(({ unread }) => unread), [0, 0, 0, 1]);
  assertEquals(listed.every(({ from }) => from > 0), true);
  assertEquals(page.api.asked.filter((request) => request.startsWith("conversations")).length, 2);
  client.stop();
});

Deno.test("Client.stop() stops listening to other tabs", async () => {
  const tabs = new FakeTabs();

  for (let visit = 1; visit <= 10; visit++) {
    const { client } = await setUp({}, welcome(), tabs);
    assertEquals(tabs.listeners, 1);
    client.stop();
  }

  assertEquals(tabs.listeners, 0);
});

// A message found in a conversation that had not been on screen was never scrolled to.
Deno.test("Client shows again when a conversation turned to has nothing to load", async () => {
  const { page, client } = await setUp();
  page.socket.receive(
    message({ from: "alice", account: "a_alice", to: "bob", conversation: "c_1" }),
  );
  page.draw();
  const key = [...page.state.conversations.keys()][1] ?? "";

  page.store.act((state) => openConversation(state, key));
  const isOpening = page.state.isOpening;
  page.draw();

  assertEquals([isOpening, page.state.isOpening], [true, false]);
  client.stop();
});
