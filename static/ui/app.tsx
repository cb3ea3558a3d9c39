/// <reference lib="dom" />
import { render } from "preact";
import { useLayoutEffect, useReducer } from "preact/hooks";
import type { App } from "../app/actions.ts";
import type { Settings } from "../model/settings.ts";
import type { State } from "../model/state.ts";
import { UiContext } from "./context.ts";
import { Join } from "./join/join.tsx";
import { Chat } from "./shell/chat.tsx";
import { useTab } from "./shell/tab.ts";

/**
 * Renders the app in an element, now and after each change. Preact takes over the document's form
 * for a name, with the typed text and the focus.
 */
export function mount(element: HTMLElement, app: App): void {
  render(<Root app={app} />, element);
}

function Root({ app }: { readonly app: App }) {
  const [, rerender] = useReducer<number, void>((count) => count + 1, 0);
  useLayoutEffect(() => app.subscribe(() => rerender()), [app]);
  const { state } = app;
  useLook(state.settings);
  useTab(state);
  return (
    <UiContext.Provider value={app}>
      {state.screen.name === "join" ? <Join screen={state.screen} /> : <Chat state={state} />}
      <Announcer state={state} />
    </UiContext.Provider>
  );
}

/** Announces messages to screen readers. The same words twice are two announcements. */
function Announcer({ state: { announcement } }: { readonly state: State }) {
  return (
    <div id="announcer" class="visually-hidden" aria-live="polite">
      {announcement.lines.map((line, index) => <p key={`${announcement.id}:${index}`}>{line}</p>)}
    </div>
  );
}

/** Applies theme, density and text size to the document. */
function useLook({ theme, density, textSize }: Settings): void {
  useLayoutEffect(() => {
    const { dataset, style } = document.documentElement;
    if (theme === "system") delete dataset.theme;
    else dataset.theme = theme;
    dataset.density = density;
    style.fontSize = textSize === 100 ? "" : `${textSize}%`;
  }, [theme, density, textSize]);
}
