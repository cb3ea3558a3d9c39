/// <reference lib="dom" />
import { useEffect } from "preact/hooks";

/** Touches this close together are one double-click too, in milliseconds and pixels. */
const DOUBLE_MS = 500;
const DOUBLE_PX = 24;

/**
 * Ignores the second click of a double-click if the first one put something else under the pointer,
 * because it wasn't meant for that.
 */
export function useNoStrayClicks(): void {
  useEffect(() => {
    const check = newCheck();
    document.addEventListener("click", check, { capture: true });
    return () => document.removeEventListener("click", check, { capture: true });
  }, []);
}

function newCheck(): (event: MouseEvent) => void {
  let last = { at: -Infinity, x: 0, y: 0, control: null as Element | null };
  return (event) => {
    const { detail, timeStamp: at, clientX: x, clientY: y } = event;
    // Keys make clicks too, which are nowhere.
    if (detail === 0) return;
    const isNear = at - last.at < DOUBLE_MS && Math.hypot(x - last.x, y - last.y) < DOUBLE_PX;
    const control = controlOf(event);
    const isStray = (detail > 1 || isNear) && control !== last.control;
    last = { at, x, y, control: isStray ? last.control : control };
    if (!isStray) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function controlOf({ target }: Event): Element | null {
  if (!(target instanceof Element)) return null;
  return target.closest("a, button, label, summary, li") ?? target;
}
