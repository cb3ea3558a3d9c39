import { assert, assertEquals, assertThrows } from "@std/assert";
import { filesIn } from "../../core/sqlite_files.ts";
import { Headroom } from "../../core/sqlite_headroom.ts";
import { StoreUnavailableError } from "../../core/store.ts";
import { DataFolder } from "../support/test_log.ts";

const FULL = new StoreUnavailableError("storage unavailable: database or disk is full");

async function createHeadroom() {
  const folder = await DataFolder.make();
  const headroom = new Headroom(filesIn(folder.path));
  const size = () => Deno.statSync(`${folder.path}/parley.spare`).size;
  return { folder, headroom, size, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("Headroom.spend() gives back space until the change fits, and require() takes it again", async () => {
  await using scene = await createHeadroom();
  const { headroom, size } = scene;
  headroom.require();
  const whole = size();
  let failures = 2;

  const result = headroom.spend(() => {
    if (failures-- > 0) throw FULL;
    return "changed";
  });

  const spent = size();
  headroom.require();
  assertEquals([result, size()], ["changed", whole]);
  assert(spent > 0 && spent < whole, `${spent} of ${whole}`);
});

Deno.test("Headroom.spend() gives up when there is nothing left, and keeps all for other errors", async () => {
  await using scene = await createHeadroom();
  const { headroom, size } = scene;
  headroom.require();
  const whole = size();
  const failWith = (error: Error) => () =>
    headroom.spend(() => {
      throw error;
    });

  assertThrows(failWith(new StoreUnavailableError("it is locked")), StoreUnavailableError);
  assertEquals(size(), whole);
  assertThrows(failWith(FULL), StoreUnavailableError);

  assertEquals(size(), 0);
});

Deno.test("Headroom.requireMore() leaves the file as long as it was, and makes it anew if it is gone", async () => {
  await using scene = await createHeadroom();
  const { folder, headroom, size } = scene;
  headroom.require();
  const whole = size();

  headroom.requireMore();
  assertEquals(size(), whole);
  await Deno.remove(`${folder.path}/parley.spare`);
  headroom.requireMore();

  assertEquals(size(), whole);
});
