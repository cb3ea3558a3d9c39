import { assertEquals } from "@std/assert";
import { publicly } from "../contracts/store_contract.ts";
import { DataFolder } from "../support/test_log.ts";

/** A writer's Worker whose answers a test can hold back. */
function createSlowWorker() {
  const module = new URL("../../core/store_worker_main.ts", import.meta.url);
  const worker = new Worker(module, { type: "module" });
  const held: (() => void)[] = [];
  let passing = Infinity;
  Object.defineProperty(worker, "onmessage", {
    set(listener: (event: MessageEvent) => void) {
      worker.addEventListener("message", (event) => {
        if (passing-- > 0) listener(event);
        else held.push(() => listener(event));
      });
    },
  });
  return {
    worker,
    holdAfter(answers: number): void {
      passing = answers;
    },
    release(): void {
      passing = Infinity;
      held.splice(0).forEach((pass) => pass());
    },
  };
}

Deno.test("SqliteStore.read() shows no less than prunedUpTo says, when the writer's answer is late", async () => {
  await using folder = await DataFolder.make();
  const slow = createSlowWorker();
  const store = await folder.open({
    inWorkers: true,
    retention: { kind: "count", maxEvents: 1 },
    spawnWriter: () => slow.worker,
  });
  const ann = { account: "a_1", username: "ann" };
  await store.append(["1", "2", "3"].map((text) => publicly(ann, text)));
  const read = async () => (await store.read({ limit: 9, from: "oldest" })).map(({ seq }) => seq);

  slow.holdAfter(1); // It erases first.
  const pruning = store.prune(9);
  while ((await read()).length > 1);

  assertEquals([await read(), store.prunedUpTo], [[3], 2]);
  slow.release();
  await pruning;
  await store.close();
});
