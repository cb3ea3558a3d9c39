/// <reference lib="dom" />
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/**
 * Moves the focus when the element that has it is removed, as Retry is by being pressed: to the
 * timeline if the element was in it, else to where `focusBox` moves it. Without that, the next key
 * would begin at the top of the page.
 */
export function useLostFocus(focusBox: () => void): void {
  const last = useRef<{ element: Element; timeline: HTMLElement | null } | null>(null);
  useEffect(() => {
    const note = ({ target }: Event) => {
      if (!(target instanceof Element)) return;
      last.current = { element: target, timeline: target.closest<HTMLElement>("#timeline") };
    };
    // A press beside everything takes the focus away on purpose.
    const forget = () => void (last.current = null);
    document.addEventListener("focusin", note);
    document.addEventListener("pointerdown", forget, { capture: true });
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerdown", forget, { capture: true });
    };
  }, []);
  useLayoutEffect(() => {
    if (last.current === null || last.current.element.isConnected) return;
    const { timeline } = last.current;
    last.current = null;
    if (document.activeElement !== document.body) return;
    if (timeline === null) focusBox();
    else timeline.focus({ preventScroll: true });
  });
}
