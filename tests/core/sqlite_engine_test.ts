import { assert, assertEquals } from "@std/assert";
import { openWriter } from "../../core/sqlite_engine.ts";

// A row that is set to what it holds is not written at all: on a full disk a probe said that all
// was well.
Deno.test("a writer's probe() really writes, and changes nothing", async () => {
  const dataDir = await Deno.makeTempDir();
  const writer = openWriter({
    dataDir,
    retention: { kind: "forever" },
    identity: { epoch: "e_1", secret: new Uint8Array(32) },
    owner: "lock",
    busyTimeoutMs: 0,
  });
  const before = writer.position();
  const wal = `${dataDir}/parley.db-wal`;
  const { size } = await Deno.stat(wal);

  writer.probe();

  assert((await Deno.stat(wal)).size > size);
  assertEquals(writer.position(), before);
  writer.close();
  await Deno.remove(dataDir, { recursive: true });
});
