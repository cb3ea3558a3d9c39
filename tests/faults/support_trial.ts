import { Random } from "../support/random.ts";

/** Whether these tests run at full length, as `deno task test:faults` does, or in a short form. */
export const IS_FULL = Deno.env.get("PARLEY_TEST_FAULTS") === "full";

/** One number for the full length, one for the short form. */
export function scale(full: number, short: number): number {
  return IS_FULL ? full : short;
}

/**
 * A test in which chance has a part. Its numbers come from a seed that is told when it fails;
 * `PARLEY_TEST_SEED` repeats them.
 */
export function trial(name: string, fn: (random: Random) => Promise<void>): void {
  Deno.test(name, async () => {
    const seed = Number(
      Deno.env.get("PARLEY_TEST_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
    );
    try {
      await fn(new Random(seed));
    } catch (cause) {
      throw new Error(`Failed with PARLEY_TEST_SEED=${seed}: ${messageOf(cause)}`, { cause });
    }
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
