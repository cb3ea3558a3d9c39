/// <reference lib="dom" />
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isPrivate } from "../../model/conversation.ts";
import { activeConversation, type State } from "../../model/state.ts";
import { Composer } from "../composer/composer.tsx";
import { useDispatch } from "../context.ts";
import { Dialogs } from "../dialogs/dialogs.tsx";
import { Sidebar } from "../sidebar/sidebar.tsx";
import { scrollTimeline, Timeline } from "../timeline/timeline.tsx";
import { Banner } from "./banner.tsx";
import { Header } from "./header.tsx";
import { useLostFocus } from "./lost_focus.ts";
import { useShortcuts } from "./shortcuts.ts";
import { useNoStrayClicks } from "./stray_clicks.ts";

/** Width up to which the sidebar is a drawer; the same as in `shell.css`. */
const NARROW = "(max-width: 47rem)";
/** Devices on which focusing the box opens a keyboard over the messages. */
const TOUCH = "(hover: none) and (pointer: coarse)";

/** The chat: the sidebar, and the conversation on screen. */
export function Chat({ state }: { readonly state: State }) {
  const dispatch = useDispatch();
  const box = useRef<HTMLTextAreaElement>(null);
  const isTouch = useMedia(TOUCH);
  const isNarrow = useMedia(NARROW);
  const isDrawerOpen = isNarrow && state.isDrawerOpen;
  const isDrawerShut = isNarrow && !state.isDrawerOpen;
  // Where the sidebar is always in sight, no drawer covers what one reads.
  useEffect(() => {
    if (!isNarrow && state.isDrawerOpen) dispatch({ type: "drawer", isOpen: false });
  }, [isNarrow]);
  const drawer = useDrawerFocus(isDrawerOpen);
  const focusBox = () => box.current?.focus({ preventScroll: true });
  useFocusOnTurn(state, isTouch, focusBox);
  useLostFocus(() => isTouch || focusBox());
  useNoStrayClicks();
  useShortcuts({
    isEnabled: () => state.dialog === null,
    onType: () => isDrawerOpen || focusBox(),
    onKeys: () => dispatch({ type: "dialog", dialog: "keys" }),
    onSearch: () => dispatch({ type: "dialog", dialog: "search" }),
    onPage: (direction) => scrollTimeline(direction),
    onSwitch: (step) => dispatch({ type: "switch", step }),
    onFirstUnread: () => dispatch({ type: "first_unread" }),
    onEscape() {
      if (isDrawerOpen) return dispatch({ type: "drawer", isOpen: false });
      dispatch({ type: "newest" });
      dispatch({ type: "mark_read" });
      focusBox();
    },
  });
  const isDirect = isPrivate(activeConversation(state));
  return (
    <div id="chat" class={isDrawerOpen ? "shell shell--drawer" : "shell"}>
      <Sidebar state={state} element={drawer.sidebar} isInert={isDrawerShut} />
      <div
        id="scrim"
        class="scrim"
        hidden={!isDrawerOpen}
        onClick={() => dispatch({ type: "drawer", isOpen: false })}
      />
      <main
        id="conversation"
        class={isDirect ? "conversation conversation--private" : "conversation"}
        inert={isDrawerOpen}
      >
        <Header state={state} opener={drawer.opener} />
        <Banner connection={state.connection} isUnreachable={state.isOffline} />
        <Timeline state={state} />
        <Composer state={state} box={box} isTouch={isTouch} />
      </main>
      <Dialogs key={state.self?.account} state={state} />
    </div>
  );
}

/** Whether a media query holds, now and after each change. */
function useMedia(query: string): boolean {
  const [media] = useState(() => matchMedia(query));
  const [matches, setMatches] = useState(media.matches);
  useEffect(() => {
    const note = () => setMatches(media.matches);
    media.addEventListener("change", note);
    // It may have changed between the first picture and this.
    note();
    return () => media.removeEventListener("change", note);
  }, []);
  return matches;
}

/** Moves the focus into the drawer when it opens, and back when it shuts. */
function useDrawerFocus(isOpen: boolean) {
  const sidebar = useRef<HTMLElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    // On the way out: a key pressed once too often must not change anything.
    const target = isOpen
      ? sidebar.current?.querySelector<HTMLElement>("#drawer-close")
      : wasOpen.current
      ? opener.current
      : null;
    wasOpen.current = isOpen;
    target?.focus();
    if (!target || document.activeElement === target) return;
    // What was hidden a moment ago takes no focus before the next picture, seen in Chromium.
    const frame = requestAnimationFrame(() => target.focus());
    return () => cancelAnimationFrame(frame);
  }, [isOpen]);
  return { sidebar, opener };
}

/** Focuses the box when the conversation changes. */
function useFocusOnTurn(state: State, isTouch: boolean, focus: () => void): void {
  useLayoutEffect(() => {
    if (!isTouch && state.dialog === null) focus();
  }, [state.active]);
}
