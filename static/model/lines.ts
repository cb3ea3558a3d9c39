import { type ConversationKey, LOBBY } from "./conversation.ts";
import type { PresenceLine } from "./item.ts";
import { derive, type NextState } from "./next_state.ts";
import { boundOlder } from "./ranges.ts";
import type { State } from "./state.ts";

/** Joins, or leaves, this close together share one line. */
const PRESENCE_RUN_MS = 60_000;
/** Names in one line at most; further ones begin another line. */
const MAX_NAMES = 200;

/** The state with a note of the page's own at the end of a conversation. */
export function note(state: State, key: ConversationKey, text: string, at: number): State {
  return derive(state, (next) => addNote(next, key, text, at));
}

/** Adds a note of the page's own at the end of a conversation. */
export function addNote(next: NextState, key: ConversationKey, text: string, at: number): void {
  append(next, key, { kind: "note", key: `note:${next.takeNumber()}`, at, text });
}

/**
 * Adds a line about comings or goings to the lobby, joining it to the last line when that tells the
 * same. Nothing while an older page is shown.
 */
export function addPeople(
  next: NextState,
  what: PresenceLine["what"],
  names: readonly string[],
  at: number,
): void {
  const lobby = next.now.conversations.get(LOBBY);
  if (names.length === 0 || lobby?.to !== Infinity) return;
  const last = next.now.items.get(lobby.items.at(-1) ?? "");
  const joined = last?.kind === "presence" && last.what === what ? join(last, names, at) : null;
  if (joined !== null) return next.put(joined);
  append(next, LOBBY, { kind: "presence", key: `people:${next.takeNumber()}`, at, what, names });
}

/** The line with more names; null if they come too late for it, or are too many. */
function join(line: PresenceLine, more: readonly string[], at: number): PresenceLine | null {
  const names = [...new Set([...line.names, ...more])];
  return at - line.at < PRESENCE_RUN_MS && names.length <= MAX_NAMES ? { ...line, names } : null;
}

function append(
  next: NextState,
  conversation: ConversationKey,
  line: Parameters<NextState["put"]>[0],
): void {
  next.put(line);
  next.change(conversation, (before) => {
    return boundOlder({ ...before, items: [...before.items, line.key] }, next.now.items);
  });
}
