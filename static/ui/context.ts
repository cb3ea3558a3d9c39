import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Clock } from "../../core/clock.ts";
import type { Ask, Dispatch } from "../app/actions.ts";

/** What every component can use besides its props. */
export interface Ui {
  readonly dispatch: Dispatch;
  readonly ask: Ask;
  readonly clock: Clock;
}

/** Provided once, at the root. */
export const UiContext = createContext<Ui | null>(null);

/** The context that the root provides. */
export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new TypeError("Cannot use the page’s context outside of its root");
  return ui;
}

/** Dispatches actions to the app. */
export function useDispatch(): Dispatch {
  return useUi().dispatch;
}
