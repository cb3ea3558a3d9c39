import type { Person } from "./address.ts";
import type { ConnectionState } from "./connection.ts";
import { type ConversationKey, LOBBY, serverIdOf } from "./conversation.ts";
import { openDirect } from "./directs.ts";
import { withoutDivider } from "./reading.ts";
import type { NotificationLevel, Settings } from "./settings.ts";
import {
  changeConversation,
  type DialogName,
  initialState,
  type JoinScreen,
  type Notice,
  type State,
} from "./state.ts";
import { OPENING, seekMessage as seek, type Viewport } from "./viewport.ts";

// ─── Conversations ───────────────────────────────────────────────────────────────────────────────

/** Brings a conversation on screen, at its first unread message, and closes the drawer. */
export function openConversation(state: State, key: ConversationKey): State {
  const closed = setDrawer(state, false);
  return state.active === key ? closed : turnTo(closed, key, OPENING);
}

/** Brings the private conversation with a person on screen. */
export function openPerson(state: State, person: Person): State {
  const opened = openDirect(state, person);
  return openConversation(opened.state, opened.key);
}

/** Brings the next or the previous conversation of the list on screen. */
export function switchConversation(state: State, step: 1 | -1): State {
  const keys = [...state.conversations.keys()];
  const at = (keys.indexOf(state.active) + step + keys.length) % keys.length;
  return openConversation(state, keys[at] ?? state.active);
}

/** Brings a conversation on screen at a position of the log, as soon as that is loaded. */
export function seekMessage(state: State, key: ConversationKey, seq: number): State {
  return turnTo(setDrawer(state, false), key, seek(seq));
}

/** Keeps the draft of a conversation. */
export function setDraft(state: State, key: ConversationKey, text: string): State {
  return changeConversation(
    state,
    key,
    (before) => before.draft === text ? before : { ...before, draft: text },
  );
}

/** Changes which items are on screen. */
export function setViewport(state: State, viewport: Viewport): State {
  return state.viewport === viewport ? state : { ...state, viewport };
}

// ─── The page itself ─────────────────────────────────────────────────────────────────────────────

/** Opens a dialog, or closes the open one. */
export function setDialog(state: State, dialog: DialogName | null): State {
  return state.dialog === dialog ? state : { ...state, dialog };
}

/** Opens or closes the drawer, which holds the sidebar on a narrow screen. */
export function setDrawer(state: State, isDrawerOpen: boolean): State {
  return state.isDrawerOpen === isDrawerOpen ? state : { ...state, isDrawerOpen };
}

/** Shows a note beside the text box, or removes it. */
export function setNotice(state: State, notice: Notice | null): State {
  return state.notice === notice ? state : { ...state, notice };
}

/** Changes settings. */
export function changeSettings(state: State, change: Partial<Settings>): State {
  return { ...state, settings: { ...state.settings, ...change } };
}

/**
 * Sets the notification level of a conversation. One without an id of the server keeps its default.
 */
export function setLevel(state: State, key: ConversationKey, level: NotificationLevel): State {
  const conversation = state.conversations.get(key);
  const id = conversation === undefined ? null : serverIdOf(conversation);
  if (id === null) return state;
  return changeSettings(state, { levels: { ...state.settings.levels, [id]: level } });
}

/**
 * Forgets what was chosen for private conversations: the server's names for them tell who talked to
 * whom, and another account may be next.
 */
export function forgetLevels(state: State): State {
  const lobby = state.settings.levels[LOBBY];
  return changeSettings(state, { levels: lobby === undefined ? {} : { [LOBBY]: lobby } });
}

// ─── Coming and going ────────────────────────────────────────────────────────────────────────────

/** Changes the question for a name; nothing once the page is in the chat. */
export function changeJoin(state: State, change: Partial<Omit<JoinScreen, "name">>): State {
  if (state.screen.name !== "join") return state;
  return { ...state, screen: { ...state.screen, ...change } };
}

/**
 * Goes back to the question for a name. Nothing of the account stays on the page: another one may
 * be next.
 */
export function leaveChat(
  { settings, today, isOffline, announcement }: State,
  question: Partial<Omit<JoinScreen, "name">>,
): State {
  const silence = { id: announcement.id + 1, lines: [] };
  const left = { ...initialState(settings), today, isOffline, announcement: silence };
  return changeJoin(left, question);
}

/** Notes the state of the connection. */
export function setConnection(state: State, connection: ConnectionState): State {
  return state.connection === connection ? state : { ...state, connection };
}

/** Notes whether the first page of the conversation on screen is still awaited. */
export function setOpening(state: State, isOpening: boolean): State {
  return state.isOpening === isOpening ? state : { ...state, isOpening };
}

/** Notes whether the server keeps nothing for this browser. */
export function setGuest(state: State, isGuest: boolean): State {
  return state.isGuest === isGuest ? state : { ...state, isGuest };
}

/** Opens a conversation. The divider of the previous one goes if all of it was read. */
function turnTo(state: State, key: ConversationKey, viewport: Viewport): State {
  if (!state.conversations.has(key)) return state;
  if (state.active === key) return { ...state, viewport };
  const left = changeConversation(
    state,
    state.active,
    (before) => before.unread === 0 ? withoutDivider(before) : before,
  );
  return { ...left, active: key, viewport, notice: null };
}
