/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** @import {MessageFrame} from "../core/protocol.ts" */
/** @import {ConnectionState} from "./model/connection.ts" */
import { accountActions } from "./account.js";
import { Entry } from "./entry.js";
import { onNextPicture } from "./lib/next_picture.js";
import { JsonStorage, openStorage } from "./net/storage.ts";
import { openTabChannel } from "./net/tab_channel.ts";
import { browserClock } from "./lib/time.js";
import { Drafts } from "./drafts.js";
import { findByName } from "./model/presence_state.js";
import { activeConversation, note } from "./model/room.js";
import { openPrivate } from "./model/room_private.js";
import { activate, clearDivider, markRead } from "./model/room_reading.js";
import { Api } from "./net/api.ts";
import { SIGNED_OUT } from "./net/endings.ts";
import { socketUrl } from "./net/endpoint.ts";
import { JsonOutboxStore } from "./net/json_outbox_store.ts";
import { IndexedOutboxStore } from "./net/indexed_outbox_store.ts";
import { PatientOutboxStore } from "./net/patient_outbox_store.ts";
import { LockTurn } from "./net/sending_turn.ts";
import { ChatSession } from "./session.js";
import { readIntent } from "./text/commands.ts";
import { describeEnding } from "./text/endings.ts";
import { strings } from "./text/strings.ts";
import { AccountDialog } from "./view/account_dialog.js";
import { Announcer } from "./view/announcer.js";
import { ChatView } from "./view/chat_view.js";
import { JoinForm } from "./view/join_form.js";

/** Told when the browser's database doesn't answer. */
const SILENT_STORE = "Your browser’s database isn’t responding, so Parley continues without it. " +
  "Unsent messages from an earlier visit may be missing until you reload the page.";

/** What several of these pages on one host keep must not meet. */
const place = `parley:${new URL(document.baseURI).pathname}`;
/** Remembered for good: the name one chose last, and what was begun. */
const remembered = new JsonStorage(openStorage("localStorage"));
/** Remembered for this tab: being in the chat. */
const tab = new JsonStorage(openStorage("sessionStorage"));
const api = new Api(document.baseURI, (...request) => fetch(...request), strings.errors);
const form = new JoinForm(join, () => leave(attempted), signIn);
const store = new PatientOutboxStore({
  database: openDatabase(),
  near: new JsonOutboxStore(remembered),
  clock: browserClock,
  onGivenUp: () => sayStoreIsSilent(),
});
const channel = openTabChannel(place);
const isJoining = () => session !== null;
const entry = new Entry({ form, remembered, tab, api, store, join, isJoining });

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
    session?.search(query, before) ?? Promise.reject(new Error("You have left the chat.")),
  peerOf,
  goTo,
  leave: () => leave(),
  recover: (action) => action === "rejoin" ? leave() : session?.reconnect(),
}, browserClock);

const accountDialog = new AccountDialog(accountActions({
  api,
  self: () => session?.state.self ?? null,
  onSignedOut: forgetAccount,
}));

/** @type {ChatSession | null} */
let session = null;
/** Of this stay in the chat. @type {Drafts | null} */
let drafts = null;
/** The name asked for last, which a refusal leaves in the field. */
let attempted = "";

addEventListener("online", () => session?.nudge());
addEventListener("offline", () => void probe());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") session?.nudge();
});
addEventListener("pagehide", () => drafts?.keep());
entry.begin();

/** @returns {Promise<IndexedOutboxStore>} Rejected where the browser forbids databases. */
async function openDatabase() {
  return await IndexedOutboxStore.open(indexedDB, place);
}

/** Without the database everything goes on; only what an earlier visit left in it is missing. */
function sayStoreIsSilent() {
  change((state) => note(state, state.active, SILENT_STORE, browserClock.now()));
}

/** @param {string} username */
function join(username) {
  session?.stop();
  drafts = null;
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
    defer: onNextPicture,
    isAttentive: () => view.isAttentive,
    isAtEnd: () => view.timeline.isAtBottom,
    onChange: render,
    onLine: lineChanged,
    onWelcome: (welcome) => {
      view.composer.setLimit(welcome.limits.messageLength);
      entered(username);
    },
    onSignedOut: () => void signedOut(),
    onOtherAccount: () => void forgetAccount().then(() => join(username)),
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
  if (account === undefined) return null;
  drafts ??= new Drafts(remembered, account);
  drafts.moveTo(account);
  return drafts;
}

/** @param {string} username */
function entered(username) {
  if (!entry.noteIn(username) && form.isHidden) return;
  form.hide();
  for (const { peer } of ownDrafts()?.all() ?? []) {
    if (peer !== null) change((state) => openPrivate(state, peer).state);
  }
  view.show(true);
  if (store.hasGivenUp) sayStoreIsSilent();
}

/** The browser says it is offline: a server on this machine or network may be reached still. */
async function probe() {
  if (await api.isReachable()) return;
  session?.giveUp();
  view.banner.hurry();
}

/** @param {ConnectionState} line */
function lineChanged(line) {
  if (line.state === "ended" && line.code === SIGNED_OUT) return void signedOut();
  view.renderLine(line);
  const isTaken = line.state === "ended" && line.refusal?.code === "username_taken";
  // The name is somebody else's, and what is on screen isn't theirs.
  if (isTaken && form.isHidden && session?.isGuest === false) void forgetAccount();
  if (form.isHidden) return;
  if (line.state === "ended") {
    const reason = line.refusal?.message ?? describeEnding(line.code, null).text;
    entry.noteOut();
    form.show(attempted, reason, isTaken);
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
  const begun = ownDrafts();
  const ended = session;
  leave();
  begun?.wipe();
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
  view.timeline.seek(key, session?.keyOf(message.seq) ?? "");
  change((state) => activate(state, key));
  void session?.around(key, message.seq);
}

/**
 * Back to the question for a name.
 *
 * @param {string} [name] What its field holds.
 */
function leave(name = entry.name) {
  session?.stop();
  session = null;
  drafts?.keep();
  drafts = null;
  entry.noteOut();
  view.show(false);
  announcer.clear();
  accountDialog.clear();
  form.show(name);
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
    case "help":
      view.showKeys();
      return null;
    case "open":
      openConversation(personNamed(intent.to));
      return null;
    case "search":
      view.search.open(intent.query);
      return null;
    case "direct":
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

/** @param {Parameters<ChatSession["act"]>[0]} update */
function change(update) {
  session?.act(update);
}
