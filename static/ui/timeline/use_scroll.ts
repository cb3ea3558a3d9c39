/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useDispatch } from "../context.ts";
import { PlaceKeeper } from "./place_keeper.ts";
import type { TimelineWindow } from "./use_window.ts";

/** Result of {@linkcode useScroll}. */
export interface Scroll {
  /** For the element inside the one that scrolls. */
  readonly content: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** Whether the first unread message lies above the screen. */
  readonly isUnreadAbove: boolean;
}

/**
 * Keeps the reader's place: the end while the reader is there, else the first row on screen, whatever
 * changes above it. Scrolls to wanted messages, moves the window near its ends, and loads pages
 * beyond them.
 *
 * @param scroller The element that scrolls.
 */
export function useScroll(
  view: TimelineWindow,
  scroller: RefObject<HTMLDivElement | null>,
): Scroll {
  const dispatch = useDispatch();
  const content = useRef<HTMLDivElement>(null);
  const keeper = useRef<PlaceKeeper>(null);
  const [isUnreadAbove, setUnreadAbove] = useState(false);
  // Now, because an effect runs once Preact has changed the document.
  keeper.current?.remember(view);
  useLayoutEffect(() => {
    keeper.current = new PlaceKeeper(scroller.current as HTMLDivElement, view, {
      view: (viewport) => dispatch({ type: "view", viewport }),
      load: (side) => dispatch({ type: "load", side }),
      unreadAbove: setUnreadAbove,
    });
  }, []);
  useLayoutEffect(() => keeper.current?.settle());
  useLayoutEffect(() => keeper.current?.focusFound(), [view.found]);
  useEffect(() => keeper.current?.watch(content.current as HTMLDivElement), []);
  return { content, onScroll: () => keeper.current?.scrolled(), isUnreadAbove };
}
