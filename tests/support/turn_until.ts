/** How long it may take on a busy machine, in milliseconds. */
const LIMIT_MS = 30_000;

/** Lets the event loop turn until a condition holds, for what tells nobody that it has happened. */
export async function turnUntil(isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error(`Not done after ${LIMIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
