/// <reference lib="deno.worker" />
import { ATTACKS, type Target } from "./support_attacks.ts";

/** An attacker in a thread of its own, so that what it does isn't felt where others are measured. */
self.onmessage = async ({ data }: MessageEvent<{ attack: string; target: Target }>) => {
  const { attack, target } = data;
  const endsAt = performance.now() + target.durationMs;
  await ATTACKS[attack]!(target, () => performance.now() >= endsAt);
  self.postMessage("done");
};
