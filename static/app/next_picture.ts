/// <reference lib="dom" />

/** How often a hidden page takes in what arrived: only its title can be seen. */
const HIDDEN_FLUSH_MS = 250;

/**
 * Runs something once, with the browser's next picture. A hidden page gets none, nor does one that
 * hides before the picture comes, so a timer stands by.
 */
export function onNextPicture(show: () => void): void {
  const run = () => {
    cancelAnimationFrame(picture);
    clearTimeout(timer);
    show();
  };
  const picture = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_FLUSH_MS);
}
