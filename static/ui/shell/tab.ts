/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { useLayoutEffect } from "preact/hooks";
import { unreadEverywhere } from "../../model/selectors.ts";
import type { State } from "../../model/state.ts";
import { titleFor } from "./title.ts";

/** Shows unread messages in the title and icon of the browser's tab. */
export function useTab(state: State): void {
  const title = titleFor(state);
  const isMarked = state.self !== null && unreadEverywhere(state).urgent > 0;
  useLayoutEffect(() => void (document.title = title), [title]);
  useLayoutEffect(() => markIcon(isMarked), [isMarked]);
}

function markIcon(isMarked: boolean): void {
  const name = isMarked ? "favicon_unread.svg" : "favicon.svg";
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="icon"]')) {
    link.href = link.href.replace(/favicon(_unread)?\.svg/, name);
  }
}
