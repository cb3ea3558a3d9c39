import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageFrame, ServerFrame } from "../../core/protocol.ts";
import { type Address, LOBBY_ADDRESS } from "../../static/model/address.ts";
import { openConversation, openPerson, setDraft } from "../../static/model/changes.ts";
import { type Conversation, LOBBY } from "../../static/model/conversation.ts";
import { addPage, showEnd, showEnds, type Side } from "../../static/model/history.ts";
import { isStored, type Item, storedIn, type StoredMessage } from "../../static/model/item.ts";
import { note } from "../../static/model/lines.ts";
import { dropOutgoing, orderOutgoing, showOutgoing } from "../../static/model/outgoing.ts";
import { clearDivider, markRead } from "../../static/model/reading.ts";
import { reduceBatch } from "../../static/model/reduce.ts";
import { initialState, type State } from "../../static/model/state.ts";
import { message, welcome } from "./fakes.ts";

const BOB: Address = { kind: "direct", username: "bob", account: "a_bob" };
const SIZE = 40;
const PAGE = 5;

/** A log in which we and bob write, in public and to each other; what is ours has an `id`. */
const LOG: readonly MessageFrame[] = Array.from({ length: SIZE }, (_, i) => entryAt(i + 1));

function entryAt(seq: number): MessageFrame {
  const isMine = seq % 3 === 0;
  const [from, to] = isMine ? ["alice", "bob"] : ["bob", "alice"];
  const direct = { to, conversation: "a_alice.a_bob", ...(isMine ? { id: `m${seq}` } : {}) };
  const text = { message: `${seq} @alice`, from, account: `a_${from}` };
  return message({ seq, ...text, ...(isDirect(seq) ? direct : {}) });
}

function isDirect(seq: number): boolean {
  return seq % 4 < 2;
}

/** What happens to a page: `at` chooses among what may be meant. */
type Step = readonly [what: keyof typeof STEPS, at: number];

/** A page's state, and how much of the log has come to it. */
interface Page {
  readonly state: State;
  readonly come: number;
  readonly shown: ReadonlySet<number>;
}

/** What may happen in a log that stays the same. */
const STEPS = {
  /** What is next in the log comes, several at once. */
  live: (page: Page, at: number) => come(page, page.come + 1 + at % 4),
  replay: (page: Page, at: number) => frames(page, LOG.slice(0, at % (page.come + 1))),
  send: (page: Page, at: number) => send(page, seqOf(at), "pending"),
  fail: (page: Page, at: number) => send(page, seqOf(at), "failed"),
  ack: (page: Page, at: number) => frames(page, [ackOf(seqOf(at))]),
  discard: (page: Page, at: number) => change(page, (state) => dropOutgoing(state, idOf(at))),
  order: (page: Page, at: number) =>
    change(page, (state) => orderOutgoing(state, [idOf(at), idOf(at + 3), idOf(at + 6)])),
  older: (page: Page, at: number) => load(page, at, "older"),
  newer: (page: Page, at: number) => load(page, at, "newer"),
  around: (page: Page, at: number) => load(page, at, "around"),
  newest: (page: Page, at: number) => change(page, (state) => showEnd(state, keyAt(state, at))),
  note: (page: Page, at: number) => change(page, (state) => note(state, keyAt(state, at), "!", 1)),
  come: (page: Page, at: number) => frames(page, [visit("joined", at)]),
  go: (page: Page, at: number) => frames(page, [visit("left", at)]),
  delivered: (page: Page, at: number) => frames(page, [{ type: "delivered", seq: seqOf(at) }]),
  read: (page: Page, at: number) =>
    frames(page, [{ type: "read", conversation: "lobby", seq: at, unread: at % 5 }]),
  open: (page: Page, at: number) =>
    change(page, (state) => openConversation(state, keyAt(state, at))),
  write: (page: Page) => change(page, (state) => openPerson(state, { ...BOB, account: null })),
  see: (page: Page, at: number) =>
    change(page, (state) => clearDivider(markRead(state, keyAt(state, at)), keyAt(state, at))),
  draft: (page: Page, at: number) =>
    change(page, (state) => setDraft(state, keyAt(state, at), String(at))),
  /** The connection was lost, and all that was missed comes. */
  resume: (page: Page, at: number) => {
    const seq = Math.min(SIZE, page.come + at % 9);
    const back = come(frames(page, [welcome({ seq })]), seq);
    return frames(back, [{ type: "resumed", recovered: true, seq }]);
  },
  /** The connection was lost for too long. */
  lose: (page: Page, at: number) => {
    const seq = Math.min(SIZE, page.come + at % 9);
    const back = frames(page, [welcome({ seq }), { type: "resumed", recovered: false, seq }]);
    return { ...change(back, (state) => showEnds(state, keyAt(state, at))), come: seq };
  },
};

function change(page: Page, update: (state: State) => State): Page {
  return { ...page, state: update(page.state) };
}

function frames(page: Page, list: readonly ServerFrame[]): Page {
  return change(page, (state) => reduceBatch(state, list, false));
}

function come(page: Page, upTo: number): Page {
  return { ...frames(page, LOG.slice(page.come, upTo)), come: Math.min(SIZE, upTo) };
}

function send(page: Page, seq: number, state: "pending" | "failed"): Page {
  const to = isDirect(seq) ? BOB : LOBBY_ADDRESS;
  const row = { id: `m${seq}`, to, text: entryAt(seq).message, at: 1, state, reason: "" };
  const sent = change(page, (before) => showOutgoing(before, row));
  return { ...sent, shown: new Set(page.shown).add(seq) };
}

/** Position of a message of ours. */
function seqOf(at: number): number {
  return 3 * (1 + at % Math.floor(SIZE / 3));
}

function idOf(at: number): string {
  return `m${seqOf(at)}`;
}

function ackOf(seq: number): ServerFrame {
  return { type: "ack", id: `m${seq}`, seq, at: 9, ...(isDirect(seq) ? { waiting: true } : {}) };
}

function visit(type: "joined" | "left", at: number): ServerFrame {
  const username = `p${at % 4}`;
  return { type, username, account: `a_${username}`, message: "", online: 3, at: at * 9_000 };
}

function keyAt(state: State, at: number): string {
  return [...state.conversations.keys()][at % state.conversations.size] ?? LOBBY;
}

function logOf({ key }: Pick<Conversation, "key">): readonly MessageFrame[] {
  return LOG.filter(({ to }) => (to === undefined) === (key === LOBBY));
}

/** Loads a page as the server would answer it now. */
function load(page: Page, at: number, side: Side): Page {
  const { state } = page;
  const conversation = state.conversations.get(keyAt(state, at))!;
  const log = logOf(conversation);
  const begin = {
    older: log.filter(({ seq }) => seq <= conversation.from).length - PAGE,
    newer: log.filter(({ seq }) => seq <= conversation.to).length,
    around: at % log.length,
  }[side];
  const end = begin + PAGE;
  const answer = {
    messages: log.slice(Math.max(0, begin), Math.max(0, end)),
    hasOlder: begin > 0,
    hasNewer: end < log.length,
    epoch: state.log.epoch ?? "",
  };
  return change(page, (before) => addPage(before, conversation.key, side, answer));
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...Object.keys(STEPS) as (keyof typeof STEPS)[]),
  fc.nat(1000),
);

function begin(seq: number): Page {
  const state = reduceBatch(initialState(), [welcome({ seq })], false);
  return { state, come: seq, shown: new Set() };
}

function run(steps: readonly Step[], seq: number): Page {
  return steps.reduce((page, [what, at]) => {
    const next = STEPS[what](page, at);
    checkLists(next.state);
    checkOrder(next.state);
    return next;
  }, begin(seq));
}

/** Every key that is listed is in the map, and every key in the map is listed. */
function checkLists({ conversations, items }: State): void {
  const lists = [...conversations.values()].flatMap(({ items, unsent, tail }) => [
    [...items, ...unsent],
    tail,
  ]);
  for (const list of lists) assertEquals(new Set(list).size, list.length);
  assertEquals(new Set(lists.flat()), new Set(items.keys()));
  for (const { unsent } of conversations.values()) {
    for (const key of unsent) assert(!isStored(items.get(key)));
  }
}

/** Messages are in the order of the log, each one once. */
function checkOrder({ conversations, items }: State): void {
  const placeOf = ({ delivery: { era, seq } }: StoredMessage) => era * 1_000_000 + seq;
  for (const one of conversations.values()) {
    for (const list of [one.items, one.tail]) {
      const places = storedIn(items, list).map(placeOf);
      assertEquals(places, [...new Set(places)].sort((a, b) => a - b));
    }
    const ids = [...one.items, ...one.unsent].flatMap((key) => idIn(items.get(key)));
    assertEquals(ids, [...new Set(ids)]);
  }
}

function idIn(item: Item | undefined): string[] {
  return item?.kind === "message" && item.id !== null ? [item.id] : [];
}

/** Reads a conversation from its beginning to its end. */
function readAll(page: Page, at: number): Page {
  const { from, to } = page.state.conversations.get(keyAt(page.state, at))!;
  if (to !== Infinity) return readAll(load(page, at, "newer"), at);
  return from > 0 ? readAll(load(page, at, "older"), at) : page;
}

Deno.test("lists and map agree, and messages are in order, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), fc.nat(SIZE), (steps, seq) => {
      run(steps, seq);
    }),
  );
});

Deno.test("every message appears once in its place, whichever of ack, copy and page comes first", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), fc.nat(SIZE), (steps, seq) => {
      const sent = run([...steps, ["write", 0]], seq);
      const acked = frames(come(sent, SIZE), [...sent.shown].map(ackOf));
      const whole = [0, 1].reduce(readAll, acked);

      checkLists(whole.state);
      for (const one of whole.state.conversations.values()) {
        const seqs = storedIn(whole.state.items, one.items).map(({ delivery }) => delivery.seq);
        assertEquals(seqs, logOf(one).map(({ seq }) => seq));
        assertEquals(one.unsent, []);
      }
      assertEquals(whole.state.conversations.size, 2);
    }),
  );
});

Deno.test("lists and map agree when accounts go and the log starts anew", () => {
  const breaks = fc.constantFrom<ServerFrame>(
    { type: "erased", account: "a_bob", seq: SIZE, at: 9 },
    welcome({ epoch: "e_2", seq: 7 }),
    welcome({ account: "a_alice2", seq: 9 }),
  );
  const parts = fc.array(fc.tuple(fc.array(step, { maxLength: 20, size: "max" }), breaks), {
    maxLength: 4,
    size: "max",
  });

  fc.assert(fc.property(parts, (parts) => {
    parts.reduce((page, [steps, frame]) => {
      const broken = frames(steps.reduce((on, [what, at]) => STEPS[what](on, at), page), [frame]);
      checkLists(broken.state);
      return broken;
    }, begin(0));
  }));
});

Deno.test("reduceBatch() gives the same state as its frames one by one", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30, size: "max" }), fc.nat(SIZE), (steps, seq) => {
      const { state, come } = run(steps, seq);
      const list = [...LOG.slice(come), visit("joined", 7), ackOf(3), visit("left", 7), ackOf(6)];

      const single = list.reduce((before, frame) => reduceBatch(before, [frame], false), state);

      assertEquals(reduceBatch(state, list, false), single);
    }),
  );
});
