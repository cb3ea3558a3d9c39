/** How often a hidden page takes in what arrived: its title is all one sees of it. */
const HIDDEN_FLUSH_MS = 250;

/**
 * Runs something once, with the next picture. A hidden page gets none, nor does one that hides
 * before it comes, so a timer stands by.
 *
 * @param {() => void} flush
 */
export function onNextPicture(flush) {
  const run = () => {
    cancelAnimationFrame(picture);
    clearTimeout(timer);
    flush();
  };
  const picture = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_FLUSH_MS);
}
