import { assertEquals } from "@std/assert";
import type { MessageFrame } from "../../core/protocol.ts";
import { ResilientClient } from "../support/resilient_client.ts";
import { Watch } from "../support/watch.ts";
import { checkInvariants, privateText } from "./support_invariants.ts";
import { credentialFor } from "./support_crowd.ts";
import { readLog } from "./support_log.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const PER_SECOND = 500;
/** Returning clients; the last two are tabs of one user. There are more resumes than clients. */
const CLIENTS = scale(50, 12);
const MESSAGES = scale(10_000, 1_000);
/** Most messages that a client gets on one connection before it goes. */
const MAX_STAY = scale(800, 200);

trial("clients that come back while messages pour in miss nothing", async (random) => {
  await using data = await makeDataFolder();
  await using server = await MortalServer.start(data.path);
  const watch = new Watch();
  const { endpoint } = server;
  const clientOf = (username: string) =>
    new ResilientClient({
      username,
      credential: credentialFor(username),
      endpoint,
      watch,
      protocols: random.happens(0.8) ? ["parley.v1.deflate", "parley.v1"] : [],
    });
  const names = Array.from({ length: CLIENTS - 1 }, (_, index) => `user${index}`);
  await using returning = ended([...names, names.at(-1)!].map(clientOf));
  await using speakers = ended(["speaker1", "speaker2"].map(clientOf));
  const clients = [...returning.clients, ...speakers.clients];
  await watch.until(() => clients.every(({ isOnline }) => isOnline), () => "everybody to come");
  let number = 0;
  const pour = new Pour(PER_SECOND, () => {
    const [one, other] = random.happens(0.5) ? speakers.clients : speakers.clients.toReversed();
    const to = random.oneOf([...names, other!.username]);
    if (random.happens(0.2)) one!.say(privateText(one!.username, to, ++number), to);
    else one!.say(`public|${one!.username}|${++number}`);
  });

  const leaveAt = returning.clients.map(() => random.whole(0, MAX_STAY));
  await pour.until(watch, () => {
    for (const [index, client] of returning.clients.entries()) {
      if (!client.isOnline || client.received.length < leaveAt[index]!) continue;
      leaveAt[index] = client.received.length + random.whole(1, MAX_STAY);
      client.drop();
    }
    return number >= MESSAGES && recoveriesOf(returning.clients) > CLIENTS;
  });
  const last = speakers.clients[0]!.say("public|speaker1|last");
  await watch.until(
    () => hasReached(clients, speakers.clients[0]!.acks.get(last)?.seq),
    () => "the last message",
  );
  await server.stop();

  checkInvariants(clients, await readLog(data.path, clients));
  assertEquals(clients.flatMap(({ gaps }) => gaps), []);
});

/** How often clients have come back and got all that they had missed. */
function recoveriesOf(clients: readonly ResilientClient[]): number {
  return clients.reduce((sum, { recoveries }) => sum + recoveries, 0);
}

const AWAY_MESSAGES = 10_000;
const HISTORY_PAGE = 200;

trial(
  "a client that was away for 10,000 messages is told, and reads them over HTTP",
  async (random) => {
    await using data = await makeDataFolder();
    await using server = await MortalServer.start(data.path);
    const watch = new Watch();
    const isAway = { gate: Promise.resolve() };
    const { endpoint } = server;
    const openClient = (username: string, window: number) =>
      new ResilientClient({
        username,
        credential: credentialFor(username),
        endpoint: () => isAway.gate.then(endpoint),
        watch,
        window,
      });
    await using people = ended([openClient("away", 8), openClient("speaker", 512)]);
    const [away, speaker] = people.clients as [ResilientClient, ResilientClient];
    await watch.until(() => away.isOnline && speaker.isOnline, () => "both to come");

    const back = Promise.withResolvers<void>();
    isAway.gate = back.promise;
    away.drop();
    for (let number = 0; number < AWAY_MESSAGES; number++) {
      if (random.happens(0.1)) speaker.say(privateText("speaker", "away", number), "away");
      else speaker.say(`public|speaker|${number}`);
    }
    await speaker.until(() => speaker.unanswered === 0, "every ack");
    back.resolve();
    await away.until(() => away.gaps.length > 0, "the gap");
    const [gap] = away.gaps;
    const missed = await readHistory(server.url, away, gap!.after);
    await server.stop();

    const views = await readLog(data.path, people.clients);
    checkInvariants(people.clients, views);
    const inGap = views.get(away.account)!.filter(({ seq }) =>
      seq > gap!.after && seq <= gap!.upTo
    );
    assertEquals(inGap.length, AWAY_MESSAGES);
    assertEquals(
      missed.map(({ seq, message }) => [seq, message]),
      inGap.map(({ seq, text }) => [seq, text]),
    );
    const waited = inGap.filter(({ recipient }) => recipient?.account === away.account);
    assertEquals(away.waited.map(({ seq }) => seq), waited.map(({ seq }) => seq));
  },
);

/** Everything after a position that a client may see, through pages of history. */
async function readHistory(
  url: string,
  client: ResilientClient,
  after: number,
): Promise<MessageFrame[]> {
  const headers = { authorization: `Bearer ${credentialFor(client.username)}` };
  const ask = async (path: string) => await (await fetch(url + path, { headers })).json();
  const { conversations } = await ask("/api/conversations");
  const paths = conversations.map(({ id }: { id: string }) => `/api/conversations/${id}/messages`);
  const found: MessageFrame[] = [];
  for (const path of ["/api/messages", ...paths]) {
    let [position, hasNewer] = [after, true];
    while (hasNewer) {
      const page = await ask(`${path}?after=${position}&limit=${HISTORY_PAGE}`);
      found.push(...page.messages);
      position = page.messages.at(-1)?.seq ?? position;
      hasNewer = page.hasNewer;
    }
  }
  return found.sort((a, b) => a.seq - b.seq);
}

function hasReached(clients: readonly ResilientClient[], seq: number | undefined): boolean {
  return seq !== undefined && clients.every(({ position }) => (position?.seq ?? 0) >= seq);
}

/** Clients that are stopped on disposal. */
function ended(clients: readonly ResilientClient[]) {
  const dispose = async () => void await Promise.all(clients.map((client) => client.stop()));
  return { clients, [Symbol.asyncDispose]: dispose };
}

/** Does something so many times a second, for as long as a test waits for something else. */
class Pour {
  #perSecond: number;
  #drop: () => void;

  constructor(perSecond: number, drop: () => void) {
    this.#perSecond = perSecond;
    this.#drop = drop;
  }

  async until(watch: Watch, condition: () => boolean): Promise<void> {
    const startedAt = performance.now();
    let dropped = 0;
    const timer = setInterval(() => {
      const due = (performance.now() - startedAt) * this.#perSecond / 1000;
      while (dropped < due) dropped++, this.#drop();
      watch.notify();
    }, 10);
    try {
      await watch.until(condition, () => `more than ${dropped} messages, or more resumes`);
    } finally {
      clearInterval(timer);
    }
  }
}
