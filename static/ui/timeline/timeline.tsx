/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { memo } from "../shared/memo.ts";
import { useEffect, useRef } from "preact/hooks";
import type { ItemKey } from "../../model/item.ts";
import type { Block, Day } from "../../model/rows.ts";
import type { State } from "../../model/state.ts";
import { strings } from "../../text/strings.ts";
import { copySources } from "../message/copy_source.ts";
import { RunView } from "../message/message.tsx";
import { RowContext, useRowFacts } from "../message/row_context.ts";
import { Empty } from "./empty.tsx";
import { JumpButtons } from "./jump_buttons.tsx";
import { LineView } from "./line.tsx";
import { LoadLine } from "./load_line.tsx";
import { useRowFactsOf } from "./use_row_facts.ts";
import { useScroll } from "./use_scroll.ts";
import { type TimelineWindow, useWindow } from "./use_window.ts";

/** Part of a screen that the page keys scroll by: some lines stay for orientation. */
const PAGE = 0.85;

/** The messages of the conversation on screen. */
export function Timeline({ state }: { readonly state: State }) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useWindow(state, scroller);
  const facts = useRowFactsOf(state, view.dates);
  const { content, onScroll, isUnreadAbove } = useScroll(view, scroller);
  useEffect(() => copySources(scroller.current as HTMLDivElement), []);
  const { conversation, viewport, span } = view;
  const { address } = conversation;
  return (
    <div class="timeline-frame">
      <div
        id="timeline"
        class={address.kind === "direct" ? "timeline timeline--private" : "timeline"}
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={strings.timeline.label}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={moveFocus}
      >
        <div class="timeline__content" ref={content}>
          {isEmpty(view) && <Empty address={address} ownAccount={state.self?.account ?? null} />}
          {span.start === 0 && conversation.from > 0 && (
            <LoadLine side="older" conversation={conversation} />
          )}
          <RowContext.Provider value={facts}>
            <Days key={conversation.key} view={view} today={state.today} />
          </RowContext.Provider>
          {conversation.to !== Infinity && <LoadLine side="newer" conversation={conversation} />}
        </div>
      </div>
      <JumpButtons
        isAtEnd={viewport.isAtEnd}
        unread={conversation.unread}
        isUnreadAbove={isUnreadAbove}
      />
    </div>
  );
}

function Days({ view, today }: { readonly view: TimelineWindow; readonly today: number }) {
  return (
    <div id="timeline-list" class="timeline__list">
      {view.days.map((day) => <DayView key={day.key} day={day} today={today} found={view.found} />)}
    </div>
  );
}

interface DayViewProps {
  readonly day: Day;
  /** Moment in the reader's present day. */
  readonly today: number;
  /** The message that a search led to. */
  readonly found: ItemKey | null;
}

/** One day. Its name stays in view while scrolling through it. */
const DayView = memo(function DayView({ day, today, found }: DayViewProps) {
  const { dates } = useRowFacts();
  return (
    <section class="timeline__day">
      <h2 class="timeline__line timeline__line--day">
        <span>{dates.dayLabel(day.at, today)}</span>
      </h2>
      {day.blocks.map((block) => <BlockView key={block.key} block={block} found={found} />)}
    </section>
  );
});

function BlockView({ block, found }: { readonly block: Block; readonly found: ItemKey | null }) {
  switch (block.kind) {
    case "run":
      return <RunView run={block} found={found} />;
    case "line":
      return <LineView item={block.item} />;
    case "divider":
      return (
        <p class="timeline__line timeline__line--divider" data-extra>
          <span>{strings.timeline.newMessages}</span>
        </p>
      );
  }
}

/** Whether there are no messages; not while some may be on their way. */
function isEmpty({ keys, isOpening, conversation: { from, loadError } }: TimelineWindow): boolean {
  return keys.length === 0 && !isOpening && from === 0 && loadError === null;
}

/** Scrolls the timeline by most of a screen, wherever the focus is. */
export function scrollTimeline(direction: 1 | -1): void {
  const scroller = document.getElementById("timeline");
  scroller?.scrollBy({ top: direction * scroller.clientHeight * PAGE });
}

/** Arrow keys go from message to message, starting at the newest. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const messages = [...event.currentTarget.querySelectorAll<HTMLElement>(".message")];
  const at = messages.findIndex((message) => message.contains(document.activeElement));
  const step = event.key === "ArrowUp" ? -1 : 1;
  messages.at(at === -1 ? -1 : Math.max(0, at + step))?.focus();
  event.preventDefault();
}
