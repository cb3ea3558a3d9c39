import { assert, assertEquals, assertRejects } from "@std/assert";
import { createLog } from "../../core/log.ts";
import { StoreOpenError, StoreUnavailableError } from "../../core/store.ts";
import { WorkerChannel, type WorkerChannelOptions } from "../../core/store_worker.ts";
import type { Writer } from "../../core/sqlite_engine.ts";
import { publicly } from "../contracts/store_contract.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { DataFolder } from "../support/test_log.ts";

const ann = { account: "a_1", username: "ann" };
const MOMENT = { at: 1, logTime: 1 };

function optionsFor(dataDir: string, lines: string[] = []): WorkerChannelOptions {
  return {
    role: "writer",
    engine: {
      dataDir,
      retention: { kind: "forever" },
      identity: { epoch: "e_1", secret: new Uint8Array(32) },
      owner: "lock",
      busyTimeoutMs: 100,
    },
    log: createLog({
      level: "error",
      format: "json",
      clock: new ManualClock(),
      write: (line) => lines.push(line),
    }),
  };
}

/** A Worker that opens, and ends by itself at the first call. */
function fragileWorker(): Worker {
  const source = `onmessage = ({ data }) => {
    if (typeof data === "string") throw new Error("out of memory");
    postMessage(JSON.stringify({ id: data.id, kind: "returned" }));
  };`;
  return new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
}

Deno.test("WorkerChannel.call() fails as unavailable when its Worker ends, and starts another", async () => {
  await using folder = await DataFolder.make();
  const lines: string[] = [];
  const workers = [fragileWorker];
  const options = optionsFor(folder.path, lines);
  const real = () =>
    new Worker(new URL("../../core/store_worker_main.ts", import.meta.url), { type: "module" });
  const channel = new WorkerChannel<Writer>({
    ...options,
    spawn: () => (workers.shift() ?? real)(),
  });
  await channel.open();

  const reopenedAt: number[] = [];
  channel.onReopened(({ lastSeq }) => reopenedAt.push(lastSeq));

  const asked = channel.call("append", [publicly(ann, "lost")], MOMENT);
  const waiting = channel.call("append", [publicly(ann, "stored")], MOMENT);

  await assertRejects(() => asked, StoreUnavailableError);
  assertEquals(reopenedAt, [0]);
  assertEquals([await waiting, (await channel.call("position")).lastSeq], [[1], 1]);
  assert(lines.some((line) => line.includes("store worker ended")), lines.join());
  await channel.close();
});

Deno.test("WorkerChannel.call() answers calls made while it starts again, in order", async () => {
  await using folder = await DataFolder.make();
  const channel = new WorkerChannel<Writer>(optionsFor(folder.path));

  const results = await Promise.all(
    ["one", "two", "three"].map((text) => channel.call("append", [publicly(ann, text)], MOMENT)),
  );

  assertEquals(results, [[1], [2], [3]]);
  await channel.close();
});

// A request that outlives the server's stop would have opened the log again, without its lock.
Deno.test("WorkerChannel.call() starts no Worker any more once it has been closed", async () => {
  await using folder = await DataFolder.make();
  const channel = new WorkerChannel<Writer>(optionsFor(folder.path));
  await channel.open();
  await channel.close();

  await assertRejects(() => channel.call("probe"), StoreUnavailableError);
  await channel.close();
});

Deno.test("WorkerChannel.open() rejects with what opening says", async () => {
  await using folder = await DataFolder.make();
  await Deno.writeTextFile(`${folder.path}/parley.db`, "no log ".repeat(999));
  const channel = new WorkerChannel<Writer>(optionsFor(folder.path));

  const error = await assertRejects(() => channel.open(), StoreOpenError);

  assertEquals(error.problem, "corrupt");
  await assertRejects(() => channel.call("probe"), StoreUnavailableError);
});

Deno.test("WorkerChannel.call() carries the store's own errors, and tells mistakes as such", async () => {
  await using folder = await DataFolder.make();
  const channel = new WorkerChannel<Writer>(optionsFor(folder.path));
  await channel.open();
  await channel.call("limitPages", 1);
  const events = Array.from({ length: 99 }, () => publicly(ann, "x".repeat(4000)));

  await assertRejects(() => channel.call("append", events, MOMENT), StoreUnavailableError, "full");
  await assertRejects(
    () => channel.call("append", [{ ...publicly(ann, "x"), from: undefined as never }], MOMENT),
    Error,
  );
  await channel.close();
});

Deno.test("WorkerChannel.call() makes calls that come together one commit, where a mistake fails alone", async () => {
  await using folder = await DataFolder.make();
  const channel = new WorkerChannel<Writer>(optionsFor(folder.path));
  await channel.open();
  const bad = { ...publicly(ann, "x"), from: undefined as never };

  const first = channel.call("append", [publicly(ann, "one")], MOMENT);
  const together = await Promise.allSettled([
    channel.call("append", [publicly(ann, "two")], MOMENT),
    channel.call("append", [publicly(ann, "no"), bad], MOMENT),
    channel.call("append", [publicly(ann, "three")], MOMENT),
  ]);
  await first;

  assertEquals(together.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals((await channel.call("position")).lastSeq, 3);
  await channel.close();
});

Deno.test("WorkerChannel.call() fails all calls of a commit that can't be stored, and stores none", async () => {
  await using folder = await DataFolder.make();
  const channel = new WorkerChannel<Writer>(optionsFor(folder.path));
  await channel.open();
  await channel.call("limitPages", 1);
  const large = Array.from({ length: 99 }, () => publicly(ann, "x".repeat(4000)));

  const first = channel.call("position");
  const together = await Promise.allSettled([
    channel.call("append", [publicly(ann, "small")], MOMENT),
    channel.call("append", large, MOMENT),
    channel.call("append", [publicly(ann, "small too")], MOMENT),
  ]);
  await first;

  assertEquals(together.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
  assertEquals((await channel.call("position")).lastSeq, 0);
  await channel.close();
});
