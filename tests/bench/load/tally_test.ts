import { assert } from "@std/assert";
import { Tally } from "./tally.ts";

function tallyOf(...messages: readonly (readonly [sender: number, number: number])[]): Tally {
  const tally = new Tally();
  for (const [sender, number] of messages) tally.add(sender, number);
  return tally;
}

Deno.test("Tally.equals() does not mind the order", () => {
  assert(tallyOf([1, 0], [2, 0], [1, 1]).equals(tallyOf([2, 0], [1, 1], [1, 0])));
});

Deno.test("Tally.equals() tells a lost message from one that came", () => {
  assert(!tallyOf([1, 0], [1, 2]).equals(tallyOf([1, 0], [1, 1], [1, 2])));
});

Deno.test("Tally.equals() tells a doubled message in the place of a lost one", () => {
  assert(!tallyOf([1, 0], [1, 0]).equals(tallyOf([1, 0], [1, 1])));
});

Deno.test("Tally.equals() tells messages whose senders were swapped", () => {
  assert(!tallyOf([1, 2], [3, 4]).equals(tallyOf([3, 2], [1, 4])));
});
