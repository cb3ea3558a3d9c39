import { assert, assertEquals } from "@std/assert";
import { JsonStorage } from "../../static/net/storage.ts";
import { activeConversation } from "../../static/model/room.js";
import { activate } from "../../static/model/room_reading.js";
import { JsonOutboxStore } from "../../static/net/json_outbox_store.ts";
import { ChatSession } from "../../static/session.js";
import { ManualClock } from "../support/manual_clock.ts";
import { FakeSocket, FakeTabs, FakeTurn, MapStorage, message, settle, welcome } from "./fakes.ts";

const EMPTY = { messages: [], hasOlder: false, hasNewer: false, epoch: "e_1" };
const NO_CONVERSATIONS = {
  conversations: [],
  hasOlder: false,
  lobby: { read: 0, unread: 0 },
  epoch: "e_1",
};

async function setUp(
  pages: Record<string, unknown> = {},
  first = welcome(),
  tabs = new FakeTabs(),
) {
  const asked: string[] = [];
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const flushes: (() => void)[] = [];
  const refusals: string[] = [];
  let pictures = 0;
  let isLastOpening = true;
  let others = 0;
  const session = new ChatSession({
    url: (position) => `ws://chat.example/ws/alice?seq=${position?.seq}`,
    open(url, subprotocols) {
      const opened = new FakeSocket(url, subprotocols);
      sockets.push(opened);
      return opened;
    },
    clock,
    store: new JsonOutboxStore(new JsonStorage(new MapStorage())),
    turn: new FakeTurn(),
    channel: tabs.open(),
    api: {
      get(path: string, query: Record<string, unknown> = {}) {
        const request = `${path} ${JSON.stringify(query)}`;
        asked.push(request);
        const isList = path === "conversations";
        return Promise.resolve(pages[request] ?? (isList ? NO_CONVERSATIONS : EMPTY));
      },
    },
    defer: (flush) => void flushes.push(flush),
    isAttentive: () => true,
    isAtEnd: () => true,
    onChange() {
      pictures++;
      isLastOpening = session.isOpening;
    },
    onLine: () => {},
    onWelcome: () => {},
    onMessage: () => {},
    onSignedOut: () => {},
    onOtherAccount: () => void others++,
    onRefusal: (error) => void refusals.push(error.code),
  });
  session.start();
  sockets[0]!.receive(first);
  await settle();
  const draw = () => flushes.splice(0).forEach((flush) => flush());
  const ids = () =>
    sockets.flatMap(({ sent }) => sent.map((frame) => (frame as { id: string }).id));
  draw();
  pictures = 0;
  return {
    asked,
    clock,
    sockets,
    refusals,
    session,
    draw,
    ids,
    pictures: () => pictures,
    others: () => others,
    isLastOpening: () => isLastOpening,
  };
}

function shown(session: ChatSession): string[] {
  const { entries, outgoing } = activeConversation(session.state);
  const texts = entries.map((entry) => entry.kind === "message" ? entry.text : entry.kind);
  return [...texts, ...outgoing.map((row) => `${row.text} (${row.state})`)];
}

Deno.test("ChatSession draws one picture for a flood of frames", async () => {
  const { sockets, session, draw, pictures } = await setUp();

  for (let seq = 1; seq <= 1000; seq++) sockets[0]!.receive(message({ seq }));
  draw();

  assertEquals(pictures(), 1);
  assertEquals(activeConversation(session.state).entries.length, 1000);
  session.stop();
});

Deno.test("ChatSession.act() draws once, at once", async () => {
  const { session, draw, pictures } = await setUp();

  session.act((state) => ({ ...state, counter: state.counter + 1 }));
  assertEquals(pictures(), 1);
  draw();

  assertEquals(pictures(), 1);
  session.stop();
});

Deno.test("ChatSession.send() shows a message as pending until its ack", async () => {
  const { sockets, session, draw, ids } = await setUp();

  session.send(null, "hello");
  await settle();
  assertEquals(shown(session), ["hello (pending)"]);
  sockets[0]!.receive({ type: "ack", id: ids()[0]!, seq: 1, at: 2 });
  draw();

  assertEquals(shown(session), ["hello"]);
  session.stop();
});

Deno.test("ChatSession sends what was written offline after the reconnect, under one id", async () => {
  const { clock, sockets, session, ids } = await setUp();
  session.send(null, "on the wire");
  await settle();
  sockets[0]!.end(1006);
  session.send(null, "offline");

  clock.advance(20_000);
  sockets[1]!.receive(welcome());
  await settle();
  sockets[1]!.receive({ type: "ack", id: ids()[0]!, seq: 1, at: 2, duplicate: true });

  const [first, again, second] = ids();
  assert(first === again && second !== first && second !== undefined);
  session.stop();
});

Deno.test("ChatSession says where it was when it comes back", async () => {
  const { clock, sockets, session } = await setUp();
  sockets[0]!.receive(message({ seq: 41 }));

  sockets[0]!.end(1006);
  clock.advance(20_000);

  assertEquals(sockets.map(({ url }) => url.split("?")[1]), ["seq=undefined", "seq=41"]);
  session.stop();
});

Deno.test("ChatSession tells how far the conversation on screen has been read", async () => {
  const { clock, sockets, session, draw } = await setUp();

  sockets[0]!.receive(message({ seq: 41 }));
  draw();
  clock.advance(1000);

  assertEquals(sockets[0]!.sent, [{ type: "read", conversation: "lobby", seq: 41 }]);
  session.stop();
});

Deno.test("ChatSession tells of refusals that have no id, but of no announced restart", async () => {
  const { sockets, session, refusals } = await setUp();

  sockets[0]!.receive({ type: "error", code: "invalid_frame", message: "No." });
  sockets[0]!.receive({ type: "error", code: "shutting_down", message: "Restarting." });

  assertEquals(refusals, ["invalid_frame"]);
  session.stop();
});

Deno.test("ChatSession.stop() leaves no timer behind", async () => {
  const { clock, session } = await setUp();

  session.stop();

  assertEquals(clock.pending, 0);
});

function pageOf(first: number, last: number, hasOlder: boolean, epoch = "e_1") {
  const messages = Array.from({ length: last - first + 1 }, (_, i) => {
    return message({ seq: first + i, message: String(first + i) });
  });
  return { messages, hasOlder, hasNewer: false, epoch };
}

Deno.test("ChatSession loads the newest page on arrival and older ones on request", async () => {
  const { session, asked, draw } = await setUp({
    'messages {"before":101,"limit":50}': pageOf(51, 100, true),
    'messages {"before":51,"limit":50}': pageOf(1, 50, false),
  }, welcome({ seq: 100 }));
  assertEquals([shown(session).length, session.isOpening], [50, false]);

  session.older();
  await settle();
  draw();
  session.older();

  assertEquals(shown(session).slice(0, 2), ["1", "2"]);
  assertEquals(asked, [
    'conversations {"as":"alice","limit":200}',
    'messages {"before":101,"limit":50}',
    'messages {"before":51,"limit":50}',
  ]);
  session.stop();
});

Deno.test("ChatSession goes to the newest after too long an absence, and back through history", async () => {
  const { clock, sockets, session, draw } = await setUp({
    'messages {"before":9001,"limit":50}': pageOf(8951, 9000, true),
    'messages {"before":8951,"limit":50}': pageOf(8901, 8950, true),
  });
  sockets[0]!.receive(message({ seq: 1, message: "old" }));
  draw();

  sockets[0]!.end(1006);
  clock.advance(20_000);
  sockets[1]!.receive(welcome({ seq: 9000 }), { type: "resumed", recovered: false, seq: 9000 });
  sockets[1]!.receive(message({ seq: 9001, message: "live" }));
  draw();
  await settle();
  draw();
  assertEquals([shown(session)[0], shown(session).at(-1)], ["8951", "live"]);
  session.older();
  await settle();

  assertEquals([shown(session)[0], shown(session).length], ["8901", 101]);
  session.stop();
});

Deno.test("ChatSession leaves out what isn't a message in a page of the log", async () => {
  const page = pageOf(99, 100, false);
  const broken = { ...message({ seq: 98 }), message: null };
  const { session, draw } = await setUp({
    'messages {"before":101,"limit":50}': { ...page, messages: [broken, ...page.messages] },
  }, welcome({ seq: 100 }));

  draw();

  assertEquals(shown(session), ["99", "100"]);
  session.stop();
});

Deno.test("ChatSession counts nothing as read before the first page has been on screen", async () => {
  const list = { conversations: [], lobby: { read: 60, unread: 40 }, epoch: "e_1" };
  const { clock, sockets, session, draw } = await setUp({
    'conversations {"as":"alice","limit":200}': list,
    'messages {"before":101,"limit":65}': pageOf(36, 100, true),
  }, welcome({ seq: 100 }));
  const first = activeConversation(session.state);
  assertEquals([first.unread, first.divider], [40, "0:61"]);

  draw();
  clock.advance(1000);

  assertEquals(activeConversation(session.state).unread, 0);
  assertEquals(sockets[0]!.sent, [{ type: "read", conversation: "lobby", seq: 100 }]);
  session.stop();
});

Deno.test("ChatSession takes nothing in from a line that comes back under another account", async () => {
  const { clock, sockets, session, draw, others } = await setUp();
  sockets[0]!.receive(message({ message: "for alice" }));
  draw();

  sockets[0]!.end(1006);
  clock.advance(20_000);
  sockets[1]!.receive(welcome({ account: "a_somebody" }));
  draw();

  assertEquals([others(), session.state.self?.account], [1, "a_alice"]);
  session.stop();
});

Deno.test("ChatSession lists all of somebody's conversations, however many pages they fill", async () => {
  const entry = (seq: number) => ({
    id: `a_${seq}.a_alice`,
    peer: { username: `user${seq}`, account: `a_${seq}` },
    newest: message({ seq }),
    read: 0,
    unread: seq === 1 ? 1 : 0,
  });
  const lobby = { read: 0, unread: 0 };
  const rest = { lobby, epoch: "e_1" };
  const { asked, session } = await setUp({
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
  await settle();

  const listed = [...session.state.conversations.values()].slice(1);
  assertEquals(listed.map(({ peer }) => peer?.username), ["user9", "user7", "user5", "user1"]);
  assertEquals(listed.map(({ unread }) => unread), [0, 0, 0, 1]);
  assertEquals(listed.every(({ from }) => from > 0), true);
  assertEquals(asked.filter((request) => request.startsWith("conversations")).length, 2);
  session.stop();
});

Deno.test("ChatSession.stop() hears no other tab any more, however often one joins", async () => {
  const tabs = new FakeTabs();

  for (let visit = 1; visit <= 10; visit++) {
    const { session } = await setUp({}, welcome(), tabs);
    assertEquals(tabs.listeners, 1);
    session.stop();
  }

  assertEquals(tabs.listeners, 0);
});

// A message found in a conversation that had not been on screen was never scrolled to.
Deno.test("ChatSession draws again when a conversation turned to has nothing to load", async () => {
  const { sockets, session, draw, isLastOpening } = await setUp();
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: "c_1" };
  const secret = message(own);
  sockets[0]!.receive(secret);
  draw();
  const key = session.place(secret);

  session.act((state) => activate(state, key));
  draw();

  assertEquals([session.isOpening, isLastOpening()], [false, false]);
  session.stop();
});
