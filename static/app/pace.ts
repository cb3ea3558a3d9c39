import type { Clock } from "../../core/clock.ts";

/**
 * Least time between two pictures of what arrives. Nobody reads twenty new pictures a second, and in
 * a flood the pause between them is what keys and scrolling need.
 */
const APART_MS = 50;

/** Runs something once, with one of the next pictures. */
export type OnNextPicture = (show: () => void) => void;

/** The same, but never sooner than some time after the last one. */
export function apart(onPicture: OnNextPicture, clock: Clock): OnNextPicture {
  let next = -Infinity;
  return (show) => {
    const wait = () =>
      onPicture(() => {
        show();
        next = clock.monotonic() + APART_MS;
      });
    const left = next - clock.monotonic();
    if (left > 0) clock.schedule(wait, left);
    else wait();
  };
}
