import { assert, assertEquals } from "@std/assert";
import { Accounts } from "../../core/accounts.ts";
import { Attempts } from "../../core/attempts.ts";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { Passphrases } from "../../core/passphrase.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { createChat, type JoinOptions, type Peer } from "../support/chat.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";
import { storeWith } from "../support/store_with.ts";

/** A chat whose people can delete their accounts. */
function createErasingChat(chat = createChat()) {
  const passphrases = new Passphrases({ cost: { log2N: 4, r: 8, p: 1 }, maxWaiting: 9 });
  const attempts = new Attempts(chat.clock);
  const accounts = new Accounts({ store: chat.store, live: chat.manager, passphrases, attempts });
  const remove = (username: string) =>
    accounts.delete({ sessionId: `session of ${username}`, address: "here" }, username);
  const join = (username: string, options: JoinOptions = {}) =>
    chat.join(username, { sessionId: `session of ${username}`, ...options });
  const history = async () => {
    const events = await chat.store.read({ limit: 99, from: "oldest" });
    return events.map(({ text }) => text);
  };
  return { ...chat, remove, join, history };
}

/** Texts of messages, and which accounts were erased, in the order in which somebody heard it. */
function heard({ transport }: Peer): string[] {
  return transport.frames.flatMap((frame) =>
    frame.type === "message" ? [frame.message] : frame.type === "erased" ? ["erased"] : []
  );
}

function accountOf({ connection }: Peer): string {
  return connection.member.account;
}

Deno.test("a deleted account's messages go from the log, and everyone is told", async () => {
  const chat = createErasingChat();
  const [ann, bob] = [await chat.join("ann"), await chat.join("bob")];
  await chat.say(ann, { message: "mine" });
  await chat.say(bob, { message: "bob's" });

  await chat.remove("ann");
  await chat.settle();

  const [erased] = bob.transport.framesOf("erased");
  assertEquals(erased, { type: "erased", account: accountOf(ann), seq: 2, at: chat.clock.now() });
  assertEquals(heard(bob), ["mine", "bob's", "erased"]);
  assertEquals(ann.transport.closed, CLOSE_CODES.signedOut);
  assertEquals(await chat.history(), ["bob's"]);
});

Deno.test("what is posted in the moment of a deletion doesn't survive it", async () => {
  const chat = createErasingChat();
  const [ann, bob] = [await chat.join("ann"), await chat.join("bob")];
  const post = (message: string) =>
    chat.manager.receive(ann.connection, JSON.stringify({ message, id: message }));

  post("before");
  const removal = chat.remove("ann");
  post("meanwhile");
  await removal;
  post("after");
  await chat.settle();

  assertEquals(await chat.history(), []);
  assertEquals(heard(bob).at(-1), "erased");
  assert(!heard(bob).includes("after"));
  const acks = ann.transport.framesOf("ack").map(({ id }) => id);
  assertEquals(acks.filter((id) => id !== "before"), []);
});

Deno.test("who catches up while an account is deleted is told once it is live", async () => {
  const chat = createErasingChat();
  const [ann, bob] = [await chat.join("ann"), await chat.join("bob")];
  await chat.say(ann, { message: "x".repeat(4_000) });
  const { epoch, seq } = bob.transport.framesOf("welcome")[0]!;
  const late = await chat.join("late", { resume: { epoch, seq }, bufferedAmount: 100_000 });

  await chat.remove("ann");
  await chat.settle();
  late.transport.bufferedAmount = 0;
  for (let i = 0; i < 10; i++) {
    chat.clock.advance(20);
    await chat.settle();
  }

  assertEquals(late.transport.framesOf("resumed").length, 1);
  assertEquals(heard(late).at(-1), "erased");
});

Deno.test("who was away while an account was deleted is told on coming back", async () => {
  const chat = createErasingChat();
  const [ann, bob] = [await chat.join("ann"), await chat.join("bob")];
  await chat.say(ann, { message: "mine" });
  const { epoch } = bob.transport.framesOf("welcome")[0]!;
  chat.manager.disconnect(bob.connection);
  await chat.remove("ann");
  const told = async (resume: { epoch: string; seq: number } | undefined) => {
    const peer = await chat.join("bob", resume ? { resume } : {});
    return peer.transport.framesOf("erased").map(({ account }) => account);
  };
  const cy = await chat.join("cy");
  await chat.say(cy, { message: "next" });

  assertEquals(await told({ epoch, seq: 1 }), [accountOf(ann)]);
  assertEquals(await told({ epoch: "another", seq: 1 }), [accountOf(ann)]);
  assertEquals(await told({ epoch, seq: 2 }), []);
  assertEquals(await told(undefined), []);
});

Deno.test("a name freed by a deletion never belongs to two people who are connected", async () => {
  // The next owner came in before the deleted account's sockets were ended.
  const clock = new ManualClock();
  const memory = new MemoryStore({ clock, ids: new SequentialIds() });
  const { promise: closed, resolve: goOn } = Promise.withResolvers<void>();
  const store = storeWith(memory, {
    async closeAccount(account) {
      const erasure = await memory.closeAccount(account);
      await closed;
      return erasure;
    },
  });
  const base = createChat({ clock, store });
  const chat = createErasingChat({ ...base, store: store as MemoryStore });
  const former = await chat.join("ann");
  const removal = chat.remove("ann");
  await chat.settle();

  const next = await base.join("ann", { sessionId: "another" });

  assertEquals(former.transport.closed, CLOSE_CODES.signedOut);
  assertEquals(next.transport.framesOf("welcome")[0]?.users.map(({ username }) => username), [
    "ann",
  ]);
  goOn();
  await removal;
  await chat.settle();
  assertEquals([next.transport.closed, chat.manager.connections], [undefined, 1]);
});

// The claim and the sign-out were answered in one batch, and the sign-out found nobody to end.
for (let turns = 0; turns < 12; turns++) {
  Deno.test(`a session that ends ${turns} microtasks after its claim is not let in`, async () => {
    const clock = new ManualClock();
    const memory = new MemoryStore({ clock, ids: new SequentialIds() });
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const store = storeWith(memory, {
      async claimName(claim) {
        const account = await memory.claimName(claim);
        await answered;
        return account;
      },
    });
    const chat = createChat({ clock, store });
    const joining = chat.join("ann", { sessionId: "s1" }).then(
      ({ transport }) => transport.closed,
      (error) => error.code,
    );

    answer();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    chat.manager.endSessions(["s1"]);
    const ending = await joining;
    clock.advance(5_000);
    await chat.settle();

    assert(ending === "signed_out" || ending === CLOSE_CODES.signedOut, String(ending));
    assertEquals([chat.manager.connections, chat.manager.online], [0, 0]);
  });
}
