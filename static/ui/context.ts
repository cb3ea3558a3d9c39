import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Clock } from "../../core/clock.ts";
import type { Ask, Dispatch } from "../app/actions.ts";

/** What every component may use besides the state it is given. */
export interface Ui {
  readonly dispatch: Dispatch;
  readonly ask: Ask;
  readonly clock: Clock;
}

/** Provided once, at the root. */
export const UiContext = createContext<Ui | null>(null);

/** What the root provides. */
export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new TypeError("Cannot use the page’s context outside of its root");
  return ui;
}

/** Asks the app for something. */
export function useDispatch(): Dispatch {
  return useUi().dispatch;
}
