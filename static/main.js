/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** @import {MessageFrame} from "../core/protocol.ts" */
/** @import {LineState} from "./net/socket.js" */
import { accountActions } from "./account.js";
import { JsonStorage, openStorage } from "./lib/storage.js";
import { openTabChannel } from "./lib/tab_channel.js";
import { browserClock } from "./lib/time.js";
import { Drafts } from "./model/drafts.js";
import { findByName } from "./model/presence_state.js";
import { activeConversation } from "./model/room.js";
import { openPrivate } from "./model/room_private.js";
import { activate, clearDivider, markRead } from "./model/room_reading.js";
import { Api } from "./net/api.js";
import { socketUrl } from "./net/endpoint.js";
import { openOutboxStore } from "./net/outbox_database.js";
import { LockTurn } from "./net/sending_turn.js";
import { ChatSession } from "./session.js";
import { readIntent } from "./text/commands.js";
import { describeEnding, SIGNED_OUT } from "./text/endings.js";
import { AccountDialog } from "./view/account_dialog.js";
import { Announcer } from "./view/announcer.js";
import { ChatView } from "./view/chat_view.js";
import { JoinForm } from "./view/join_form.js";

/** How often a hidden page takes in what arrived: its title is all one sees of it. */
const HIDDEN_FLUSH_MS = 250;

/** What several of these pages on one host keep must not meet. */
const place = `parley:${new URL(document.baseURI).pathname}`;
/** Remembered for good: the name one chose last, and what was begun. */
const remembered = new JsonStorage(openStorage("localStorage"));
/** Remembered for this tab: being in the chat. */
const tab = new JsonStorage(openStorage("sessionStorage"));
const api = new Api(document.baseURI, (...request) => fetch(...request));
const opening = openOutboxStore(place, tab);
// The form answers from the first moment: a name typed before the store is open waits for it.
const form = new JoinForm((name) => void opening.then(() => join(name)), leave, signIn);
const store = await opening;
const channel = openTabChannel(place);

const announcer = new Announcer(browserClock);
const view = new ChatView({
  submit,
  keepDraft: (peer, text) => ownDrafts()?.set(peer, text),
  draftFor: (peer) => ownDrafts()?.get(peer) ?? "",
  choose: (key) => change((state) => activate(state, key)),
  choosePerson: (user) => openConversation(user),
  retry: (id) => session?.retry(id),
  discard: (id) => session?.discard(id),
  read: () => session?.isAttentive && change((state) => markRead(state, state.active)),
  settle: () => change((state) => clearDivider(state, state.active)),
  older: () => session?.older(),
  newer: () => session?.newer(),
  newest: () => session?.newest(),
  firstUnread: () => {
    const { active = "", conversations } = session?.state ?? {};
    const after = conversations?.get(active)?.unreadAfter ?? null;
    if (after !== null) void session?.around(active, after + 1);
  },
  search: (query, before) =>
    session?.search(query, before) ?? Promise.reject(new Error("You left.")),
  peerOf,
  goTo,
  leave,
  recover: (action) => action === "rejoin" ? leave() : session?.reconnect(),
}, browserClock);

const accountDialog = new AccountDialog(accountActions({
  api,
  self: () => session?.state.self ?? null,
  onSignedOut: forgetAccount,
}));

/** @type {ChatSession | null} */
let session = null;
/** The name asked for last, which a refusal leaves in the field. */
let attempted = "";

addEventListener("online", () => session?.nudge());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") session?.nudge();
});
begin();

/** A reload goes on where it was; a new tab asks for the name. */
function begin() {
  const current = tab.get("joined");
  if (typeof current !== "string") {
    // A name typed while the scripts or the store were loading stays.
    return form.isBegun ? form.submitIfPressedEarly() : form.show(rememberedName());
  }
  form.markResuming();
  join(current);
}

/** @param {string} username */
function join(username) {
  session?.stop();
  attempted = username;
  form.showJoining(username);
  session = new ChatSession({
    url: (position) => socketUrl(username, document.baseURI, position),
    open: (url, subprotocols) => new WebSocket(url, subprotocols),
    clock: browserClock,
    store,
    turn: new LockTurn(navigator.locks, `${place}:outbox:`),
    channel,
    api,
    defer,
    isAttentive: () => view.isAttentive,
    isAtEnd: () => view.timeline.isAtBottom,
    onChange: render,
    onLine: lineChanged,
    onWelcome: (welcome) => {
      view.composer.setLimit(welcome.limits.messageLength);
      entered(username);
    },
    onSignedOut: () => void signedOut(),
    onRefusal: (error) => view.composer.say(error.message),
    onMessage: (frame) => {
      const isMine = frame.account === session?.state.self?.account;
      if (!isMine && !frame.replay) announcer.announce(frame);
    },
  });
  session.start();
}

function render() {
  if (session !== null) view.render(session.state, session.isOpening);
}

/** What this account has begun to write; none before the first welcome. */
function ownDrafts() {
  const account = session?.state.self?.account;
  return account === undefined ? null : new Drafts(remembered, account);
}

/**
 * Redraws with the next picture. A hidden page gets none, nor does one that hides before it comes,
 * so a timer stands by.
 *
 * @param {() => void} flush
 */
function defer(flush) {
  const run = () => {
    cancelAnimationFrame(picture);
    clearTimeout(timer);
    flush();
  };
  const picture = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_FLUSH_MS);
}

/** @param {string} username */
function entered(username) {
  const isFirst = tab.get("joined") !== username || !form.isHidden;
  remembered.set("name", username);
  tab.set("joined", username);
  if (!isFirst) return;
  form.hide();
  for (const { peer } of ownDrafts()?.all() ?? []) {
    if (peer !== null) change((state) => openPrivate(state, peer).state);
  }
  view.show(true);
}

/** @param {LineState} line */
function lineChanged(line) {
  if (line.state === "ended" && line.code === SIGNED_OUT) return void signedOut();
  view.renderLine(line);
  if (form.isHidden) return;
  if (line.state === "ended") {
    const reason = line.refusal?.message ?? describeEnding(line.code, null).text;
    tab.set("joined", undefined);
    form.show(attempted, reason, line.refusal?.code === "username_taken");
  } else if (line.state === "waiting") {
    form.say(`${line.refusal?.message ?? "The server can’t be reached."} Trying again…`);
  }
}

/** This browser's session was ended from elsewhere. */
function signedOut() {
  const wiping = forgetAccount();
  form.say(describeEnding(SIGNED_OUT, null).text);
  return wiping;
}

/** Nothing of the account stays here for whoever comes next, on screen or stored. */
function forgetAccount() {
  const drafts = ownDrafts();
  const ended = session;
  leave();
  drafts?.wipe();
  return ended?.wipe() ?? Promise.resolve();
}

/**
 * @param {string} username
 * @param {string} passphrase
 */
async function signIn(username, passphrase) {
  const account = await api.post("sign-in", { username, passphrase });
  join(account.username);
}

/**
 * @param {MessageFrame} message
 * @returns {string | null}
 */
function peerOf({ from, account, to }) {
  if (to === undefined) return null;
  return account === session?.state.self?.account ? to : from;
}

/** @param {MessageFrame} message */
function goTo(message) {
  const key = session?.place(message);
  if (key === undefined) return;
  view.timeline.seek(session?.keyOf(message.seq) ?? "");
  change((state) => activate(state, key));
  void session?.around(key, message.seq);
}

/** Back to the question for a name. */
function leave() {
  session?.stop();
  session = null;
  tab.set("joined", undefined);
  view.show(false);
  announcer.clear();
  accountDialog.clear();
  form.show(rememberedName());
}

function rememberedName() {
  const name = remembered.get("name");
  return typeof name === "string" ? name : "";
}

/**
 * @param {string} line
 * @returns {string | null} Why it was not taken.
 */
function submit(line) {
  if (session === null) return "You have left the chat.";
  const intent = readIntent(line);
  switch (intent.kind) {
    case "mistake":
      return intent.note;
    case "keys":
      view.showKeys();
      return null;
    case "open":
      openConversation(personNamed(intent.to));
      return null;
    case "private":
      openConversation(personNamed(intent.to));
      session.send(activeConversation(session.state).peer, intent.text);
      return null;
    case "message":
      session.send(activeConversation(session.state).peer, intent.text);
      return null;
  }
}

/** @param {string} username */
function personNamed(username) {
  const known = session === null ? undefined : findByName(session.state.presence, username);
  return known ?? { username, account: null };
}

/** @param {{username: string, account: string | null}} peer */
function openConversation({ username, account }) {
  change((state) => {
    const opened = openPrivate(state, { username, account });
    return activate(opened.state, opened.key);
  });
}

/** @param {Parameters<ChatSession["update"]>[0]} update */
function change(update) {
  session?.update(update);
  render();
}
