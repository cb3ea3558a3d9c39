import { assertEquals } from "@std/assert";
import type { StoredEvent } from "../../core/store.ts";
import type { MessageFrame } from "../../core/protocol.ts";
import type { ResilientClient } from "../support/resilient_client.ts";
import type { Views } from "./support_log.ts";

/** Most violations told: the first ones say what went wrong. */
const MAX_TOLD = 20;

/**
 * Checks what may never be broken, whatever breaks: what was acknowledged is stored, where the ack
 * said, and in its author's order; nothing is stored twice; each client got everything it may see once, in the log's order,
 * and nothing else; and nobody saw what is private to others.
 *
 * @param views The log as each account may see it, read when nobody sent any more and everybody
 * had caught up.
 */
export function checkInvariants(clients: readonly ResilientClient[], views: Views): void {
  const violations = [...checkAcks(clients, views), ...checkDoubles(clients, views)];
  for (const client of clients) {
    const view = views.get(client.account) ?? [];
    violations.push(...client.problems.map((problem) => `${client.username} ${problem}`));
    violations.push(...checkDeliveries(client, view), ...checkPrivacy(client, view));
    violations.push(...checkOrder(client));
  }
  assertEquals(violations.slice(0, MAX_TOLD), []);
}

function* checkAcks(clients: readonly ResilientClient[], views: Views): Iterable<string> {
  for (const { username, account, acks, sent } of clients) {
    const stored = new Map(views.get(account)?.map((event) => [event.seq, event]));
    for (const { id, seq } of acks.values()) {
      const event = stored.get(seq);
      const isTheirs = event?.author === account && event.text === sent.get(id)?.message;
      if (!isTheirs) yield `${username}: ${id} was acknowledged at ${seq}, where it is not`;
    }
  }
}

/** What one client said is in the order in which it said it, unless something was put off. */
function* checkOrder({ username, sent, acks, errors }: ResilientClient): Iterable<string> {
  if (errors.some(({ params }) => params?.retryAfterMs !== undefined)) return;
  let last = 0;
  for (const id of sent.keys()) {
    const { seq } = acks.get(id) ?? { seq: last };
    if (seq < last) yield `${username} said what is at ${seq} after what is at ${last}`;
    last = seq;
  }
}

/** Every text in these tests is said once, so a text that is there twice was stored twice. */
function* checkDoubles(clients: readonly ResilientClient[], views: Views): Iterable<string> {
  const said = new Set(clients.flatMap(({ sent }) => [...sent.values()].map((it) => it.message)));
  const seqs = new Map<string, number>();
  for (const { seq, text } of [...views.values()].flat()) {
    if (!said.has(text)) yield `“${text}” at ${seq} was said by nobody`;
    const first = seqs.get(text) ?? seq;
    if (first !== seq) yield `“${text}” is stored at ${first} and at ${seq}`;
    seqs.set(text, first);
  }
}

function* checkDeliveries(
  client: ResilientClient,
  stored: readonly StoredEvent[],
): Iterable<string> {
  const { username, received, since = 0 } = client;
  const isInGap = (seq: number) =>
    client.gaps.some(({ after, upTo }) => seq > after && seq <= upTo);
  const expected = new Map(
    stored.filter(({ seq }) => seq > since && !isInGap(seq)).map((event) => [event.seq, event]),
  );
  for (const frame of received) {
    const event = expected.get(frame.seq);
    if (!event) yield `${username} got ${frame.seq}, which is not in the log or came twice`;
    else if (!isSame(frame, event)) yield `${username} got another ${frame.seq} than was stored`;
    expected.delete(frame.seq);
  }
  for (const { seq, text } of expected.values()) yield `${username} never got ${seq}, “${text}”`;
}

function* checkPrivacy(
  { username, account, received, waited }: ResilientClient,
  stored: readonly StoredEvent[],
) {
  for (const { seq, author, recipient } of stored) {
    const isMine = !recipient || author === account || recipient.account === account;
    if (!isMine) yield `${username} may read ${seq}, which is private to others`;
  }
  for (const { seq, from, to, message } of [...received, ...waited]) {
    const isMine = to === undefined || from === username || to === username;
    const said = privateTextFor(message);
    const isMeant = said === undefined || said.includes(username);
    if (!isMine || !isMeant) yield `${username} got ${seq}, which is private to others`;
  }
}

function isSame(frame: MessageFrame, event: StoredEvent): boolean {
  return frame.message === event.text && frame.account === event.author &&
    frame.from === event.from &&
    frame.at === event.at && frame.to === event.recipient?.username;
}

/** A text that says whom it is private to, so that a leak shows whatever its frame claims. */
export function privateText(from: string, to: string, number: number): string {
  return `private|${from}|${to}|${number}`;
}

function privateTextFor(text: string): string[] | undefined {
  const [kind, from, to] = text.split("|");
  return kind === "private" ? [from!, to!] : undefined;
}
