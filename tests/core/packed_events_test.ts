import { assertEquals } from "@std/assert";
import { packEvent, packResult, unpackEvent, unpackResult } from "../../core/packed_events.ts";
import type { AppendResult } from "../../core/store.ts";
import { privately, publicly, toAway } from "../contracts/store_contract.ts";

const ann = { account: "a_ann", username: "ann" };
const bob = { account: "a_bob", username: "bob" };

/** As text, which is how they travel. */
function sent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("unpackEvent() gives back what packEvent() was given", () => {
  const events = [
    publicly(ann, "hi"),
    publicly(ann, "", "k"),
    privately(ann, bob, "psst", "k"),
    toAway(ann, "bob", "psst"),
  ];

  assertEquals(events.map((event) => unpackEvent(sent(packEvent(event)))), events);
  assertEquals(packEvent(events[1]!), ["a_ann", "ann", "", "k"]);
});

Deno.test("unpackResult() gives back what packResult() was given", () => {
  const at = 7;
  const place = { seq: 3, at, conversation: "lobby" };
  const results: AppendResult[] = [
    { outcome: "stored", ...place },
    { outcome: "duplicate", ...place, at: 5 },
    { outcome: "stored", ...place, conversation: "a_ann.a_bob", recipient: bob, isWaiting: true },
    { outcome: "id_reused" },
  ];

  assertEquals(results.map((result) => unpackResult(sent(packResult(result)), at)), results);
  assertEquals(packResult(results[0]!), 3);
});
