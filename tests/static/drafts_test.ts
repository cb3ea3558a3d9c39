import { assertEquals } from "@std/assert";
import { Drafts } from "../../static/app/drafts.ts";
import { LOBBY_ADDRESS } from "../../static/model/address.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { MapStorage } from "./fakes.ts";

const to = (username: string, account: string | null = `a_${username}`) =>
  ({ kind: "direct", username, account }) as const;

function setUp() {
  const map = new MapStorage();
  const storage = new JsonStorage(map);
  const open = (account = "a_alice") => new Drafts(storage, account);
  return { map, storage, open };
}

Deno.test("Drafts keep a text for each conversation across reloads", () => {
  const { open } = setUp();
  const drafts = open();
  drafts.set(LOBBY_ADDRESS, "to all");
  drafts.set(to("bob"), "psst");

  const reloaded = open();

  assertEquals(reloaded.get(LOBBY_ADDRESS), "to all");
  assertEquals(reloaded.get(to("BOB", null)), "psst");
  assertEquals(reloaded.all(), [
    { address: LOBBY_ADDRESS, text: "to all" },
    { address: to("bob"), text: "psst" },
  ]);
});

Deno.test("Drafts reads drafts of an earlier version", () => {
  const { storage, open } = setUp();
  storage.set("drafts.a_alice", [
    { peer: null, slot: "s1" },
    { peer: { username: "bob", account: null }, slot: "s2" },
    { peer: 7, slot: "s3" },
    { peer: { username: "bob" }, slot: "s1" },
    { peer: { username: 7, account: null }, slot: "s1" },
    null,
  ]);
  storage.set("drafts.a_alice.s1", "to all");
  storage.set("drafts.a_alice.s2", "psst");

  const drafts = open();

  assertEquals(drafts.all().map(({ text }) => text), ["to all", "psst"]);
  assertEquals(drafts.get(to("bob")), "psst");
});

Deno.test("Drafts.bind() gives what was begun to a name to the account that it was for", () => {
  const { open } = setUp();
  open().set(to("bob", null), "psst");

  const reloaded = open();
  reloaded.bind(to("bob"), "other words");
  const before = reloaded.get(to("bob", "a_other"));
  reloaded.bind(to("bob"), "psst");

  assertEquals([before, reloaded.get(to("bob", "a_other"))], ["psst", ""]);
  assertEquals([reloaded.get(to("bob")), open().get(to("bob", "a_other"))], ["psst", ""]);
});

Deno.test("Drafts deletes a sent text and its key", () => {
  const { map, open } = setUp();
  const drafts = open();
  drafts.set(to("bob"), "psst");

  drafts.set(to("bob"), "");

  assertEquals([drafts.get(to("bob")), map.size], ["", 0]);
});

Deno.test("Drafts of two tabs don't take each other's text away", () => {
  const { open } = setUp();
  const [first, second] = [open(), open()];
  first.set(LOBBY_ADDRESS, "of the first");
  second.set(LOBBY_ADDRESS, "of the second");

  first.set(LOBBY_ADDRESS, "");
  assertEquals([first.get(LOBBY_ADDRESS), open().get(LOBBY_ADDRESS)], ["", "of the second"]);
  second.keep();

  assertEquals(open().get(LOBBY_ADDRESS), "of the second");
});

Deno.test("Drafts.moveTo() takes a guest's texts to the account of the next connection", () => {
  const { open } = setUp();
  const drafts = open("a_guest1");
  drafts.set(LOBBY_ADDRESS, "half a sentence");

  drafts.moveTo("a_guest2");

  assertEquals(open("a_guest2").get(LOBBY_ADDRESS), "half a sentence");
});

// They were kept under an account that nobody would ever be again.
Deno.test("Drafts.moveTo() takes along what an earlier page kept, and leaves nothing behind", () => {
  const { open, storage } = setUp();
  open().set(to("bob"), "psst");
  const drafts = open();

  drafts.moveTo("a_alice2");

  assertEquals([drafts.get(to("bob", null)), open("a_alice2").get(to("bob"))], ["psst", "psst"]);
  assertEquals(storage.keys().filter((key) => /a_alice(\.|$)/.test(key)), []);
});

Deno.test("Drafts.wipe() deletes the drafts of one account only", () => {
  const { storage, open } = setUp();
  open("a_bob").set(LOBBY_ADDRESS, "bob's");
  const drafts = open();
  drafts.set(LOBBY_ADDRESS, "alice's");
  drafts.set(to("bob"), "psst");

  drafts.wipe();

  assertEquals([drafts.all(), open().all()], [[], []]);
  assertEquals(storage.keys().filter((key) => key.includes("a_alice")), []);
  assertEquals(open("a_bob").get(LOBBY_ADDRESS), "bob's");
});

Deno.test("Drafts stay in the tab's memory where the browser keeps nothing", () => {
  const drafts = new Drafts(new JsonStorage(null), "a_alice");

  drafts.set(LOBBY_ADDRESS, "to all");

  assertEquals(drafts.get(LOBBY_ADDRESS), "to all");
});
