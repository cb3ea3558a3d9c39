import { assertEquals } from "@std/assert";
import { Entry } from "../../static/app/entry.ts";
import { changeJoin } from "../../static/model/changes.ts";
import type { JoinScreen } from "../../static/model/state.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { FakeApi, FakePage } from "./app_fakes.ts";
import { MapStorage, settle } from "./fakes.ts";

interface Given {
  readonly name?: string;
  readonly joined?: string | false;
  readonly accounts?: readonly string[] | Error;
  readonly href?: string;
}

function setUp({ name, joined, accounts = [], href = "http://localhost:8000/" }: Given = {}) {
  const session = accounts instanceof Error
    ? accounts
    : { accounts: accounts.map((username) => ({ username })) };
  const page = new FakePage(new FakeApi({ session }));
  const remembered = new JsonStorage(new MapStorage());
  const tab = new JsonStorage(new MapStorage());
  remembered.set("name", name);
  tab.set("joined", joined);
  const done: string[] = [];
  const place = { href, replace: (url: URL) => void done.push(`go to ${url.href}`) };
  const { store, api, outbox } = page;
  const entry = new Entry({ store, remembered, tab, api, outbox, place });
  const into = {
    join: (username: string) => void done.push(`join ${username}`),
    submit: (username: string) => void done.push(`submit ${username}`),
    isJoining: false,
  };
  const begin = async (username = "", isPressed = false) => {
    entry.begin({ username, isPressed }, into);
    await settle();
  };
  const screen = () => page.state.screen as JoinScreen;
  return { page, entry, remembered, tab, done, into, begin, screen };
}

Deno.test("Entry asks a newcomer for a name", async () => {
  const { done, begin, screen } = setUp();

  await begin();

  assertEquals([done, screen().stage, screen().isResuming], [[], "asking", false]);
});

Deno.test("Entry goes on after a reload, with the form kept back", async () => {
  const { done, begin, screen } = setUp({ name: "alice", joined: "alice" });

  await begin();

  assertEquals([done, screen().isResuming], [["join alice"], true]);
});

Deno.test("Entry brings a new tab in under the name that this browser's session holds", async () => {
  const { done, begin } = setUp({ name: "alice", accounts: ["Alice"] });

  await begin();

  assertEquals(done, ["join Alice"]);
});

Deno.test("Entry asks in a tab that left, and where the session doesn't hold the name", async () => {
  const left = setUp({ name: "alice", joined: false, accounts: ["alice"] });
  const other = setUp({ name: "alice", accounts: ["bob"] });
  const failed = setUp({ name: "alice", accounts: new Error("unreachable") });

  for (const { begin } of [left, other, failed]) await begin();

  for (const { done, screen } of [left, other, failed]) {
    assertEquals([done, screen().username, screen().isResuming], [[], "alice", false]);
  }
});

Deno.test("Entry joins by itself under no name once the field was typed in", async () => {
  const { page, done, entry, into, screen } = setUp({ name: "alice", accounts: ["alice"] });

  entry.begin({ username: "", isPressed: false }, into);
  page.store.act((state) => changeJoin(state, { username: "bo", isTouched: true }));
  await settle();

  assertEquals([done, screen().username, screen().isResuming], [[], "bo", false]);
});

Deno.test("Entry keeps a name typed before the scripts ran, and submits it if that was asked", async () => {
  const typed = setUp({ name: "alice", accounts: ["alice"] });
  const pressed = setUp();

  await typed.begin("bo");
  await pressed.begin("bob", true);

  assertEquals([typed.done, typed.screen().username], [[], "bo"]);
  assertEquals(pressed.done, ["submit bob"]);
});

Deno.test("Entry leads from this machine's address to its name where nothing is kept", async () => {
  const href = "http://127.0.0.1:8000/";
  const newcomer = setUp({ href });
  const known = setUp({ href, name: "alice", accounts: ["alice"] });

  await newcomer.begin();
  await known.begin();

  assertEquals(newcomer.done, ["go to http://localhost:8000/"]);
  assertEquals(known.done, ["join alice"]);
});

Deno.test("Entry.noteIn() returns true once for each name, until leaving", () => {
  const { entry, tab } = setUp();

  const times = [entry.noteIn("alice"), entry.noteIn("alice"), entry.noteIn("bob")];
  entry.noteOut();

  assertEquals([times, entry.name, tab.get("joined")], [[true, false, true], "bob", false]);
  assertEquals(entry.noteIn("bob"), true);
});
