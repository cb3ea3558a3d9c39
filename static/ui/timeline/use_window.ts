/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Conversation, ConversationKey } from "../../model/conversation.ts";
import type { Item, ItemKey } from "../../model/item.ts";
import { buildDays, type Day } from "../../model/rows.ts";
import { keyOfSeq } from "../../model/selectors.ts";
import { activeConversation, type State } from "../../model/state.ts";
import { keepPlace, NEAR_PX, type Span, spanOf, type Viewport } from "../../model/viewport.ts";
import type { Dates } from "../../text/dates.ts";
import { datesFor } from "../shared/dates.ts";

/** The part of a conversation that has rows. */
export interface TimelineWindow {
  readonly conversation: Conversation;
  readonly isOpening: boolean;
  /** All items of the conversation, those that are not sent yet last. */
  readonly keys: readonly ItemKey[];
  /** Where the reader is, also if the item there is gone. */
  readonly viewport: Viewport;
  /** Whether the state doesn't know that yet. */
  readonly hasMoved: boolean;
  readonly span: Span;
  /** The item to scroll to, if it is loaded. */
  readonly sought: ItemKey | null;
  /** The message that a search led to. */
  readonly found: ItemKey | null;
  readonly days: readonly Day[];
  readonly dates: Dates;
}

/** What the last rendering showed. */
interface Shown {
  readonly conversation: ConversationKey | null;
  readonly keys: readonly ItemKey[];
  /** Those of them that have rows. */
  readonly shown: readonly ItemKey[];
  readonly days: readonly Day[];
}

const NOTHING: Shown = { conversation: null, keys: [], shown: [], days: [] };

/**
 * The part of the state that a timeline shows. Unchanged parts keep their identity.
 *
 * @param scroller Tells whether the reader is near the first row.
 */
export function useWindow(
  state: State,
  scroller: RefObject<HTMLElement | null>,
): TimelineWindow {
  const conversation = activeConversation(state);
  const { items, unsent, divider } = conversation;
  const keys = useMemo(() => [...items, ...unsent], [items, unsent]);
  const last = useRef(NOTHING);
  const before = last.current.conversation === conversation.key ? last.current : NOTHING;
  const isAwaited = keys !== before.keys && (scroller.current?.scrollTop ?? Infinity) < NEAR_PX;
  const viewport = keepPlace(state.viewport, before.shown, keys, isAwaited);
  const sought = soughtIn(state, conversation);
  const span = spanOf(keys, viewport, sought);
  const shown = keys.slice(span.start, span.end);
  const dates = datesFor(state.settings.clock);
  const dayOf = useMemo(() => rememberDays(dates), [dates]);
  const days = buildDays(
    shown.flatMap((key) => state.items.get(key) ?? []),
    { divider, dayOf },
    before.days,
  );
  last.current = { conversation: conversation.key, keys, shown, days };
  const found = keyOfPosition(state, viewport.found);
  return {
    conversation,
    isOpening: state.isOpening,
    keys,
    viewport,
    hasMoved: viewport !== state.viewport,
    span,
    sought,
    found,
    days,
    dates,
  };
}

function soughtIn(state: State, { divider }: Conversation): ItemKey | null {
  const { seeks } = state.viewport;
  return seeks === "divider" ? divider : keyOfPosition(state, seeks?.seq ?? null);
}

function keyOfPosition(state: State, seq: number | null): ItemKey | null {
  return seq === null ? null : keyOfSeq(state, state.active, seq);
}

/** Formatting a moment takes microseconds, and every picture asks for the days of 200 items. */
function rememberDays(dates: Dates): (item: Item) => string {
  const known = new WeakMap<Item, string>();
  return (item) => {
    const day = known.get(item) ?? dates.dayKey(item.at);
    known.set(item, day);
    return day;
  };
}
