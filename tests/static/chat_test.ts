import { assertEquals } from "@std/assert";
import { createAsk } from "../../static/app/account.ts";
import type { Action } from "../../static/app/actions.ts";
import { Announcer } from "../../static/app/announcer.ts";
import { Chat } from "../../static/app/chat.ts";
import { Drafts } from "../../static/app/drafts.ts";
import { Entry } from "../../static/app/entry.ts";
import { Visits } from "../../static/app/visits.ts";
import { activeConversation, type JoinScreen } from "../../static/model/state.ts";
import { ApiError } from "../../static/net/api.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { FakeApi, FakePage } from "./app_fakes.ts";
import { FakeTabs, MapStorage, message, settle, welcome } from "./fakes.ts";

const BOB = { username: "bob", account: "a_bob" };

/** The whole page but its components, at the question for a name. */
function openPage(answers: Record<string, unknown> = {}, tabs = new FakeTabs()) {
  const page = new FakePage(new FakeApi(answers), tabs);
  const { store, clock, api, outbox } = page;
  const remembered = new JsonStorage(page.storage);
  const tab = new JsonStorage(new MapStorage());
  const place = { href: "http://localhost:8000/", replace: () => {} };
  const entry = new Entry({ store, remembered, tab, api, outbox, place });
  const announcer = new Announcer(store, clock);
  const visits = new Visits({
    store,
    clock,
    api,
    remembered,
    entry,
    announcer,
    hasStoreGivenUp: () => false,
    openClient: (username, events) => page.openClient(username, events),
  });
  const chat = new Chat(store, visits);
  const ask = createAsk({
    store,
    api,
    clock,
    join: (username) => chat.perform({ type: "join", username }),
    forgetAccount: () => visits.forgetAccount(),
    allowNotifications: () => Promise.resolve("denied"),
    playSound: () => {},
  });
  const screen = () => page.state.screen as JoinScreen;
  const active = () => activeConversation(page.state);
  const perform = (action: Action) => chat.perform(action);
  const submit = (text: string) => {
    perform({ type: "submit", conversation: page.state.active, text });
  };
  return { page, visits, chat, ask, tab, remembered, screen, active, perform, submit };
}

/** Acknowledges what was sent, message by message, as only one of a conversation is under way. */
async function acknowledgeAll({ page }: Pick<ReturnType<typeof openPage>, "page">) {
  const done = new Set<string>();
  for (let seq = 101; seq < 130; seq++) {
    await settle();
    const id = page.ids().find((id) => !done.has(id));
    if (id === undefined) break;
    done.add(id);
    page.socket.receive({ type: "ack", id, seq, at: seq });
  }
  page.draw();
}

/** The same, in the chat as alice. */
async function enter(answers: Record<string, unknown> = {}, tabs?: FakeTabs) {
  const opened = openPage(answers, tabs);
  opened.perform({ type: "join", username: "alice" });
  opened.page.socket.receive(welcome());
  await settle();
  opened.page.draw();
  opened.page.draw();
  return opened;
}

// ─── Coming and going ────────────────────────────────────────────────────────────────────────────

Deno.test("Chat asks again for a name that can't reach the server", () => {
  const { page, screen, perform } = openPage();

  perform({ type: "join", username: "  " });
  const empty = screen().error;
  perform({ type: "join", username: ".." });
  const dots = screen().error;
  perform({ type: "name", username: "..a" });

  assertEquals([empty, dots], ["Enter a name.", "A name must contain a letter or a digit."]);
  assertEquals([screen().error, screen().isTouched, page.sockets.length], ["", true, 0]);
});

Deno.test("Chat comes into the chat with the welcome, and remembers the name", async () => {
  const { page, tab, remembered, screen, perform, visits } = openPage();

  perform({ type: "join", username: " alice " });
  assertEquals([screen().stage, screen().username], ["joining", "alice"]);
  page.socket.receive(welcome());
  await settle();

  assertEquals(page.state.screen.name, "chat");
  assertEquals([tab.get("joined"), remembered.get("name")], ["alice", "alice"]);
  visits.leave();
});

Deno.test("Chat shows a refused name beside the field, and offers its owner a way in", () => {
  const { page, screen, perform, visits } = openPage();
  perform({ type: "join", username: "bob" });

  page.socket.receive({ type: "error", code: "username_taken", message: "Taken." });
  page.socket.end(4502);

  const { username, stage, error, isTaken } = screen();
  assertEquals({ username, stage, error, isTaken }, {
    username: "bob",
    stage: "asking",
    error: "Taken.",
    isTaken: true,
  });
  visits.leave();
});

Deno.test("Chat tells why an attempt takes long, until it is cancelled", () => {
  const { page, screen, perform } = openPage();
  perform({ type: "join", username: "alice" });

  page.socket.end(1006);
  const { status } = screen();
  perform({ type: "cancel_join" });

  assertEquals(status, "The server can’t be reached. Trying again…");
  assertEquals([screen().username, screen().stage, screen().status], ["alice", "asking", ""]);
  assertEquals(page.clock.pending, 0);
});

Deno.test("Chat leaves nothing of the account on the page, but its draft in storage", async () => {
  const { page, perform, submit, tab, screen } = await enter();
  perform({ type: "settings", change: { theme: "dark" } });
  submit("hello");
  perform({ type: "draft", conversation: "lobby", text: "half a sen" });

  perform({ type: "leave" });

  assertEquals([page.texts(), page.state.self, tab.get("joined")], [[], null, false]);
  assertEquals([screen().username, page.state.settings.theme], ["alice", "dark"]);
  perform({ type: "join", username: "alice" });
  page.socket.receive(welcome());
  assertEquals(activeConversation(page.state).draft, "half a sen");
  perform({ type: "leave" });
});

Deno.test("Chat forgets the account when it is signed out elsewhere", async () => {
  const { page, remembered, perform, screen } = await enter();
  perform({ type: "draft", conversation: "lobby", text: "half a sen" });
  perform({ type: "settings", change: { levels: { lobby: "all", "a_alice.a_bob": "none" } } });

  page.socket.receive({ type: "error", code: "signed_out", message: "Signed out." });
  await settle();

  assertEquals(page.state.settings.levels, { lobby: "all" });
  assertEquals([screen().status, page.state.self], ["You have been signed out.", null]);
  assertEquals(remembered.keys().filter((key) => key.startsWith("drafts")), []);
});

// The answer came late, and threw out whoever had come in since, with what they had begun.
Deno.test("Ask.signOut() forgets the account that it was asked for, and no other", async () => {
  const answer = Promise.withResolvers<null>();
  const { page, active, ask, perform } = await enter({ "sign-out": answer.promise });
  const signingOut = ask.signOut(false);
  page.socket.receive({ type: "error", code: "signed_out", message: "Signed out." });
  await settle();
  perform({ type: "join", username: "carol" });
  page.socket.receive(welcome({ username: "carol", account: "a_carol" }));
  perform({ type: "draft", conversation: "lobby", text: "half a sen" });

  answer.resolve(null);
  await signingOut;

  assertEquals([page.state.self?.username, active().draft], ["carol", "half a sen"]);
  perform({ type: "leave" });
});

// The name asked for before was tried in place of the one that had just been entered.
Deno.test("Chat goes back in under a name only while nobody asks for another", async () => {
  const { page, perform } = await enter();
  page.socket.end(1006);
  page.clock.advance(20_000);
  page.socket.receive(welcome({ account: "a_other" }));
  perform({ type: "join", username: "carol" });
  await settle();

  assertEquals(page.socket.url, "ws://chat.example/ws/carol?seq=undefined");
  perform({ type: "leave" });
});

Deno.test("Chat forgets the account when another tab signs it out", async () => {
  const tabs = new FakeTabs();
  const one = await enter({}, tabs);
  const other = await enter({}, tabs);

  await one.ask.signOut(false);
  await settle();

  assertEquals(one.screen().name, "join");
  assertEquals(other.screen().status, "You have been signed out.");
});

Deno.test("Chat forgets an account whose name now belongs to somebody else", async () => {
  const { page, screen, perform } = await enter();
  perform({ type: "draft", conversation: "lobby", text: "half a sen" });

  page.socket.receive({ type: "error", code: "username_taken", message: "Taken." });
  page.socket.end(4502);

  const { username, error, isTaken } = screen();
  assertEquals({ username, error, isTaken }, { username: "alice", error: "Taken.", isTaken: true });
  assertEquals(page.state.self, null);
});

Deno.test("Chat leaves a guest whose name was taken in the chat, which says so", async () => {
  const refusal = new ApiError("account_required", "No cookie.", 0);
  const { page, perform } = await enter({ conversations: refusal });

  page.socket.receive({ type: "error", code: "username_taken", message: "Taken." });
  page.socket.end(4502);

  const { connection, isGuest, screen } = page.state;
  assertEquals([connection.state, isGuest, screen.name], ["ended", true, "chat"]);
  perform({ type: "leave" });
});

Deno.test("Visits.probe() tells an interruption at once when the server can't be reached", async () => {
  const { page, visits, perform } = await enter();

  await visits.probe();
  assertEquals([page.state.isOffline, page.state.connection.state], [false, "online"]);
  page.api.isReached = false;
  await visits.probe();
  assertEquals([page.state.isOffline, page.state.connection.state], [true, "waiting"]);
  page.clock.advance(20_000);
  page.socket.receive(welcome());

  assertEquals([page.state.isOffline, page.state.connection.state], [false, "online"]);
  perform({ type: "leave" });
});

Deno.test("Chat announces new messages by others, but neither own nor missed ones", async () => {
  const { page, perform } = await enter();

  page.socket.receive(
    message({ seq: 1, replay: true, message: "missed" }),
    message({ seq: 2, from: "alice", account: "a_alice", message: "own" }),
    message({ seq: 3, message: "now" }),
  );
  page.clock.advance(700);

  assertEquals(page.state.announcement.lines, ["bob: now"]);
  perform({ type: "leave" });
});

// ─── Writing ─────────────────────────────────────────────────────────────────────────────────────

// Five messages in a row went to bob: /msg turned to his conversation.
Deno.test("Chat sends /msg privately and stays: five messages after it go where one was", async () => {
  const opened = await enter();
  const { page, perform, submit } = opened;

  submit("/msg bob psst");
  for (const text of ["one", "two", "three", "four", "five"]) submit(text);
  await acknowledgeAll(opened);

  assertEquals(page.sent().toSorted(), ["bob: psst", "five", "four", "one", "three", "two"]);
  assertEquals(page.state.active, "lobby");
  assertEquals(page.texts(), ["one", "two", "three", "four", "five"]);
  perform({ type: "leave" });
});

Deno.test("Chat says that a message was sent aside, and where it is", async () => {
  const { page, active, perform, submit } = await enter();
  perform({ type: "open_person", person: { username: "carol", account: null } });

  submit("/msg @bob psst");
  const { notice } = page.state;
  perform({ type: "draft", conversation: page.state.active, text: "and" });
  assertEquals(page.state.notice, notice);
  perform({ type: "open", conversation: notice?.conversation ?? "" });

  assertEquals([notice?.kind, notice?.text], ["sent", "Sent privately to bob."]);
  assertEquals(active().address, { kind: "direct", ...BOB });
  assertEquals([page.texts(), page.state.notice], [["psst (pending)"], null]);
  perform({ type: "leave" });
});

// It went to whoever had taken the name of the conversation that showed it.
Deno.test("Chat retries a message to the person of its conversation, not to a name", async () => {
  const { page, perform, submit } = await enter();
  submit("/msg dave psst");
  await settle();
  const id = page.ids()[0]!;
  page.socket.receive({ type: "error", code: "unknown_user", message: "No such user.", id });
  const dave = { from: "dave", account: "a_dave", to: "alice", conversation: "a_alice.a_dave" };
  page.socket.receive(message(dave));
  page.draw();

  perform({ type: "retry", id });
  await settle();
  const { account } = page.socket.sent.at(-1) as { account: string };
  page.socket.receive({ type: "error", code: "name_moved", message: "Moved.", id });
  const other = { username: "dave", account: "a_other", message: "", online: 3, at: 5 };
  page.socket.receive({ type: "joined", ...other });
  page.draw();
  perform({ type: "retry", id });
  await settle();

  assertEquals([account, page.sent().length], ["a_dave", 2]);
  perform({ type: "leave" });
});

// The box was empty after one had looked elsewhere, and so it was after a reload.
Deno.test("Chat keeps what an earlier page began when the server is reset", async () => {
  const before = await enter();
  before.perform({ type: "draft", conversation: "lobby", text: "half a sen" });
  before.visits.keepDrafts();
  const { page, remembered, visits, active, perform } = openPage();
  for (const key of before.remembered.keys()) remembered.set(key, before.remembered.get(key));
  perform({ type: "join", username: "alice" });
  page.socket.receive(welcome());
  page.socket.end(1006);
  page.clock.advance(20_000);

  page.socket.receive(welcome({ epoch: "e_2", account: "a_alice2" }));
  visits.keepDrafts();
  const kept = new Drafts(remembered, "a_alice2").all().map(({ text }) => text);
  perform({ type: "open_person", person: BOB });
  perform({ type: "open", conversation: "lobby" });

  assertEquals([kept, active().draft], [["half a sen"], "half a sen"]);
  perform({ type: "leave" });
  before.perform({ type: "leave" });
});

// It was in the box of whoever had taken the name since.
Deno.test("Chat keeps a draft for the person it was begun to, whoever has the name later", async () => {
  const { page, active, perform } = await enter();
  perform({ type: "open_person", person: { username: "dave", account: null } });
  perform({ type: "draft", conversation: page.state.active, text: "for your eyes" });
  const known = page.state.active;
  const dave = { from: "dave", account: "a_dave", to: "alice", conversation: "a_alice.a_dave" };
  page.socket.receive(message(dave));
  page.draw();

  perform({ type: "open_person", person: { username: "dave", account: "a_other" } });
  const drafts = [active().draft];
  perform({ type: "open", conversation: known });
  drafts.push(active().draft);

  assertEquals(drafts, ["", "for your eyes"]);
  perform({ type: "leave" });
});

// "Sent privately to nobody." stayed, and what became of the message was out of sight.
Deno.test("Chat tells beside the box that a message sent aside was refused, and where it is", async () => {
  const { page, perform, submit } = await enter();
  submit("/msg nobody psst");
  await settle();

  const id = page.ids()[0]!;
  page.socket.receive({ type: "error", code: "unknown_user", message: "No such user.", id });
  page.draw();
  const { notice } = page.state;
  perform({ type: "open", conversation: notice?.conversation ?? "" });

  assertEquals([notice?.kind, notice?.text], ["refused", "Not sent: No such user."]);
  assertEquals(page.texts(), ["psst (failed)"]);
  perform({ type: "leave" });
});

Deno.test("Chat shows no note after /msg to the person on screen", async () => {
  const { page, perform, submit } = await enter();
  perform({ type: "open_person", person: BOB });

  submit("/msg bob psst");

  assertEquals([page.texts(), page.state.notice], [["psst (pending)"], null]);
  perform({ type: "leave" });
});

/** The one message that went over the wire is refused. */
function refuse({ page }: Pick<ReturnType<typeof openPage>, "page">, message: string) {
  page.socket.receive({ type: "error", code: "unknown_user", message, id: page.ids()[0]! });
  page.draw();
}

// Its conversation isn't on screen, so the box said "Sent privately to nobody." and no more.
Deno.test("Chat tells beside the box that an aside was not sent, until the writer looks", async () => {
  const opened = await enter();
  const { page, perform, submit } = opened;

  submit("/msg nobody psst");
  await settle();
  refuse(opened, "There is no nobody.");
  const { notice } = page.state;
  submit("one");
  perform({ type: "draft", conversation: "lobby", text: "two" });
  assertEquals(page.state.notice, notice);
  perform({ type: "open", conversation: notice?.conversation ?? "" });

  assertEquals([notice?.kind, notice?.text], [
    "refused",
    "Not sent: There is no nobody.",
  ]);
  assertEquals([page.texts(), page.state.notice], [["psst (failed)"], null]);
  perform({ type: "leave" });
});

Deno.test("Chat sends no /msg to a name that now belongs to somebody else", async () => {
  const { page, active, perform, submit } = await enter();
  perform({ type: "open_person", person: { username: "bob", account: "a_bob_before" } });
  perform({ type: "open", conversation: "lobby" });
  perform({ type: "draft", conversation: "lobby", text: "/msg bob psst" });

  submit("/msg bob psst");
  await settle();
  const refused = [page.state.notice?.kind, active().draft, page.sent()];
  perform({ type: "open_person", person: BOB });
  perform({ type: "open", conversation: "lobby" });
  submit("/msg bob psst");
  await settle();

  assertEquals(refused, ["refused", "/msg bob psst", []]);
  assertEquals(page.sent(), ["bob: psst"]);
  perform({ type: "leave" });
});

Deno.test("Chat sends /msg to oneself as a note", async () => {
  const { page, active, perform, submit } = await enter();

  submit("/msg alice milk");
  await settle();
  perform({ type: "open", conversation: page.state.notice?.conversation ?? "" });

  assertEquals([page.sent(), page.texts()], [["alice: milk"], ["milk (pending)"]]);
  assertEquals(active().address, { kind: "direct", username: "alice", account: "a_alice" });
  perform({ type: "leave" });
});

Deno.test("Chat answers an unknown command beside the box, which keeps its text", async () => {
  const { page, active, perform, submit } = await enter();
  perform({ type: "draft", conversation: "lobby", text: "/mgs bob psst" });

  submit("/mgs bob psst");
  await settle();

  assertEquals([page.state.notice?.kind, active().draft], ["refused", "/mgs bob psst"]);
  assertEquals(page.sent(), []);
  perform({ type: "draft", conversation: "lobby", text: "/msg bob psst" });
  assertEquals(page.state.notice, null);
  perform({ type: "leave" });
});

Deno.test("Chat clears the box after sending, and keeps a text that is too long", async () => {
  const { page, active, perform, submit } = await enter();
  const long = "x".repeat(4001);
  perform({ type: "draft", conversation: "lobby", text: long });

  submit(long);
  assertEquals(page.state.notice?.text, "This message is 1 character too long.");
  assertEquals(active().draft.length, 4001);
  submit(" hello ");
  await settle();

  assertEquals([active().draft, page.state.notice], ["", null]);
  assertEquals(page.sent(), [" hello"]);
  perform({ type: "leave" });
});

// Suggestions redrew the box before the next picture, with the text as it was before the key.
Deno.test("Chat shows typed text at once", async () => {
  const { page, perform } = await enter();
  const drafts: string[] = [];
  page.store.subscribe(() => void drafts.push(activeConversation(page.state).draft));

  perform({ type: "draft", conversation: "lobby", text: "@" });
  perform({ type: "draft", conversation: "lobby", text: "@c" });

  assertEquals(drafts, ["@", "@c"]);
  perform({ type: "leave" });
});

Deno.test("Chat opens dialogs by commands", async () => {
  const { page, perform, submit } = await enter();

  submit("/help");
  assertEquals(page.state.dialog, "keys");
  submit("/search from:bob hi");
  assertEquals([page.state.dialog, page.state.query], ["search", "from:bob hi"]);
  perform({ type: "dialog", dialog: null });

  assertEquals([page.state.dialog, page.state.query], [null, ""]);
  perform({ type: "leave" });
});

Deno.test("Chat shows the draft of another tab", async () => {
  const { remembered, active, perform } = await enter();

  new Drafts(remembered, "a_alice").set({ kind: "direct", ...BOB }, "psst");
  perform({ type: "open_person", person: BOB });

  assertEquals(active().draft, "psst");
  perform({ type: "leave" });
});

// ─── Turning ─────────────────────────────────────────────────────────────────────────────────────

Deno.test("Chat says that everyone reads the box when a private stay ended by itself", async () => {
  const { page, perform, submit } = await enter();
  perform({ type: "open_person", person: BOB });
  assertEquals(page.state.notice, null);

  page.socket.end(1006);
  page.clock.advance(20_000);
  page.socket.receive(welcome({ account: "a_somebody" }));
  await settle();
  page.socket.receive(welcome({ account: "a_somebody" }));
  await settle();
  page.draw();
  assertEquals([page.state.active, page.state.notice?.kind], ["lobby", "turned"]);
  submit("for bob alone");
  await settle();
  assertEquals(page.sent(), []);

  perform({ type: "open", conversation: "lobby" });
  assertEquals(page.state.notice, null);
  submit("hello all");
  await settle();

  assertEquals(page.sent(), ["hello all"]);
  perform({ type: "leave" });
});

Deno.test("Chat says that another conversation is on screen when the chosen one is gone", async () => {
  const { page, perform } = await enter();
  perform({ type: "open_person", person: BOB });

  page.store.act((state) => {
    const conversations = new Map(state.conversations);
    conversations.delete(state.active);
    return { ...state, conversations };
  });

  assertEquals([page.state.active, page.state.notice?.kind], ["lobby", "turned"]);
  perform({ type: "dismiss_notice" });
  assertEquals(page.state.notice, null);
  perform({ type: "leave" });
});

Deno.test("Chat holds the box after the server was reset: the name may be anyone's", async () => {
  const { page, perform, submit } = await enter();
  perform({ type: "open_person", person: BOB });

  page.socket.end(1006);
  page.clock.advance(20_000);
  page.socket.receive(welcome({ epoch: "e_2", seq: 0 }));
  submit("for bob alone");
  const { notice } = page.state;
  await settle();
  const before = page.sent();
  perform({ type: "dismiss_notice" });
  submit("is it you?");
  await settle();

  assertEquals([notice?.kind, notice?.text], [
    "turned",
    "The server was reset. Check that this is still the same bob.",
  ]);
  assertEquals([before, page.sent()], [[], ["bob: is it you?"]]);
  perform({ type: "leave" });
});

// A server's complaint took the place of the question, and with it went what held the box.
Deno.test("Chat holds the box until the person agrees, whatever else is told", async () => {
  const { page, perform, submit } = await enter();
  perform({ type: "open_person", person: BOB });
  page.store.act((state) => ({ ...state, active: "lobby" }));

  page.socket.receive({ type: "error", code: "invalid_request", message: "No." });
  page.draw();
  submit("for bob alone");
  await settle();

  assertEquals([page.sent(), page.state.notice?.kind], [[], "turned"]);
  perform({ type: "leave" });
});

Deno.test("Chat says nothing of an account that becomes known", async () => {
  const { page, active, perform } = await enter();
  perform({ type: "open_person", person: { username: "bob", account: null } });

  page.socket.receive(message({ to: "alice", conversation: "a_alice.a_bob" }));
  page.draw();

  assertEquals([active().address, page.state.notice], [{ kind: "direct", ...BOB }, null]);
  perform({ type: "leave" });
});

Deno.test("Chat says nothing of a conversation that the person chose", async () => {
  const { page, perform, submit } = await enter();
  const notices: unknown[] = [];
  page.store.subscribe(() => void notices.push(page.state.notice));

  perform({ type: "open_person", person: BOB });
  perform({ type: "switch", step: 1 });
  submit("/msg bob");
  perform({ type: "open", conversation: "lobby" });
  perform({ type: "go_to", message: message({ to: "alice", conversation: "a_alice.a_bob" }) });
  perform({ type: "leave" });
  perform({ type: "join", username: "alice" });
  page.socket.receive(welcome());
  page.draw();

  assertEquals(notices.filter((notice) => notice !== null), []);
  perform({ type: "leave" });
});

// ─── Reading ─────────────────────────────────────────────────────────────────────────────────────

Deno.test("Chat marks messages as read on scrolling down to them and on returning to the page", async () => {
  const { page, chat, active, perform } = await enter();
  const away = { ...page.state.viewport, isAtEnd: false };
  perform({ type: "view", viewport: away });
  page.socket.receive(message({ seq: 1 }));
  page.draw();
  assertEquals(active().unread, 1);

  perform({ type: "view", viewport: { ...away, isAtEnd: true } });
  assertEquals(active().unread, 0);
  page.isVisible = false;
  page.socket.receive(message({ seq: 2 }));
  page.draw();
  assertEquals(active().unread, 1);
  page.isVisible = true;
  chat.readIfAttentive();

  assertEquals(active().unread, 0);
  perform({ type: "leave" });
});

// The server was told that it had been read.
Deno.test("Chat counts nothing as read behind a dialog or the drawer, until that is shut", async () => {
  const { page, active, perform } = await enter();
  const counts: number[][] = [];
  const come = (seq: number) => {
    page.socket.receive(message({ seq }));
    page.draw();
    page.clock.advance(1_000);
    counts.push([active().unread, page.socket.sent.length]);
  };

  perform({ type: "dialog", dialog: "search" });
  come(1);
  perform({ type: "dialog", dialog: null });
  perform({ type: "drawer", isOpen: true });
  come(2);
  perform({ type: "drawer", isOpen: false });
  page.draw();
  page.clock.advance(1_000);

  assertEquals(counts, [[1, 0], [1, 0]]);
  assertEquals([active().unread, page.socket.sent], [0, [{
    type: "read",
    conversation: "lobby",
    seq: 2,
  }]]);
  perform({ type: "leave" });
});

Deno.test("Chat counts nothing as read while a place in the conversation is sought", async () => {
  const { page, active, perform } = await enter();
  const { viewport } = page.state;
  const sought = { ...viewport, isAtEnd: false, seeks: { seq: 7 } };

  perform({ type: "view", viewport: sought });
  page.socket.receive(message({ seq: 1 }));
  perform({ type: "view", viewport: { ...sought, seeks: null, found: 7 } });
  page.draw();
  assertEquals(active().unread, 1);
  perform({ type: "view", viewport: { ...viewport, seeks: null } });

  assertEquals(active().unread, 0);
  perform({ type: "leave" });
});

Deno.test("Chat goes to a found message and loads the messages around it", async () => {
  const { page, perform } = await enter();
  const found = message({ seq: 7, to: "alice", conversation: "a_alice.a_bob" });

  perform({ type: "go_to", message: found });
  await settle();

  assertEquals(activeConversation(page.state).address, { kind: "direct", ...BOB });
  assertEquals(page.state.viewport, { ...page.state.viewport, isAtEnd: false, seeks: { seq: 7 } });
  perform({ type: "leave" });
});

Deno.test("Chat opens a conversation at a message that is asked for, if it knows it", async () => {
  const { page, perform } = await enter();
  perform({ type: "open_person", person: BOB });
  const bob = page.state.active;
  perform({ type: "open", conversation: "lobby" });

  perform({ type: "open", conversation: bob, seq: 7 });
  assertEquals([page.state.active, page.state.viewport.seeks], [bob, { seq: 7 }]);
  perform({ type: "open", conversation: "lobby" });
  perform({ type: "open", conversation: "private:99", seq: 7 });

  assertEquals([page.state.active, page.state.viewport.seeks], ["lobby", null]);
  perform({ type: "leave" });
});

Deno.test("Chat seeks the first unread message, and loads it where it isn't loaded", async () => {
  const list = { conversations: [], lobby: { read: 10, unread: 400 }, epoch: "e_1" };
  const { page, perform } = await enter({ conversations: list });
  page.store.act((state) => {
    const lobby = { ...activeConversation(state), from: 600, unreadAfter: 10 };
    return { ...state, conversations: new Map(state.conversations).set("lobby", lobby) };
  });

  perform({ type: "first_unread" });

  assertEquals([page.state.viewport.isAtEnd, page.state.viewport.seeks], [false, "divider"]);
  assertEquals(page.api.asked.at(-1), 'messages {"around":11,"limit":50}');
  perform({ type: "leave" });
});

Deno.test("Chat.mark_read takes the count and the mark of the first unread message", async () => {
  const { page, active, perform } = await enter();
  page.isVisible = false;
  page.socket.receive(message({ seq: 1 }));
  page.draw();
  assertEquals([active().unread, active().divider], [1, "0:1"]);

  perform({ type: "mark_read" });

  assertEquals([active().unread, active().divider], [0, null]);
  perform({ type: "leave" });
});

// ─── Questions ───────────────────────────────────────────────────────────────────────────────────

Deno.test("Ask tells about the account, searches as it and changes its passphrase", async () => {
  const accounts = [
    { username: "alice", account: "a_alice", hasPassphrase: true },
    { username: "al", account: "a_al", hasPassphrase: false },
  ];
  const found = { results: [], hasOlder: true, next: 7 };
  const { page, ask, perform } = await enter({ session: { accounts }, search: found });

  assertEquals(await ask.account(), {
    username: "alice",
    isGuest: false,
    hasPassphrase: true,
    others: ["al"],
  });
  assertEquals(await ask.search("hi", 9), { results: [], next: 7 });
  await ask.setPassphrase("correct horse", "old");

  const offsetMinutes = -new Date(page.clock.now()).getTimezoneOffset();
  assertEquals(page.api.asked.slice(-2), [
    `search {"q":"hi","before":9,"offsetMinutes":${offsetMinutes},"as":"alice"}`,
    'passphrase {"as":"alice","passphrase":"correct horse","current":"old"}',
  ]);
  perform({ type: "leave" });
});

Deno.test("Ask.signIn() joins under the name as the server knows it", async () => {
  const { page, ask, perform } = openPage({ "sign-in": { username: "Alice" } });

  await ask.signIn("alice", "correct horse");

  assertEquals(page.socket.url, "ws://chat.example/ws/Alice?seq=undefined");
  perform({ type: "leave" });
});

Deno.test("Ask.deleteAccount() forgets everything, and is rejected with the reason", async () => {
  const answers: Record<string, unknown> = { "account/delete": new Error("Wrong passphrase.") };
  const { ask, remembered, perform, screen } = await enter(answers);
  perform({ type: "draft", conversation: "lobby", text: "half a sen" });

  const reason = await ask.deleteAccount("alice", "no").catch((error: Error) => error.message);
  assertEquals([reason, screen().name], ["Wrong passphrase.", "chat"]);
  answers["account/delete"] = null;
  await ask.deleteAccount("alice", "yes");

  assertEquals(screen().name, "join");
  assertEquals(remembered.keys().filter((key) => key.startsWith("drafts")), []);
});
