import type { Browser } from "playwright-core";
import { launchBrowser, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { packetText } from "../support/packet_text.ts";
import { type RunningProgram, startCommand, startProgram } from "../support/program.ts";
import { type PageMemory, PageMeter, type PageTimes } from "./page_meter.ts";

/**
 * How the page fares when it is busiest, as the task `bench:page` runs it: typing while 1,000
 * messages a second arrive for ten seconds, and scrolling through 6,000 messages.
 */

const FLOOD = { perSecond: 1_000, seconds: 10, senders: 4 };
const GOALS = { keyMs: 50, slowFrames: 1 };
const CALM_SECONDS = 3;
/** A quick typist: 200 words a minute. */
const KEY_EVERY_MS = 60;
const STORED = 6_000;
const WHEEL = { pixels: 400, everyMs: 33 };
/** Scrolling that has not reached the first message by then has stuck. */
const SCROLL_LIMIT_MS = 180_000;
const FIRST = "This is the very first message";
const NEWEST = "This is the newest message";
const LIMITS_OFF = ["--rate", "--max-connections", "--max-per-address", "--max-per-session"];
const WORDS = "one after another the messages of a busy afternoon arrive while somebody types"
  .split(
    " ",
  );

/** A client that sends, and drops what it receives. */
interface Sender {
  send(text: string): void;
  /** Waits until the server has answered everything that was sent. */
  settled(): Promise<void>;
  close(): void;
}

if (import.meta.main) await measureAll();

async function measureAll(): Promise<void> {
  console.log(`load average: ${Deno.loadavg().map((load) => load.toFixed(1)).join(", ")}`);
  const browser = await launchBrowser();
  try {
    await using forFlood = await startLimitless();
    await measureFlood(browser, forFlood);
    await using forScroll = await startLimitless();
    await measureScroll(browser, forScroll);
  } finally {
    await browser.close();
  }
}

async function startLimitless(): Promise<RunningProgram> {
  const off = LIMITS_OFF.flatMap((flag) => [flag, "0"]);
  return startProgram([...await startCommand(), "--port", "0", "--store", "memory", ...off]);
}

async function measureFlood(browser: Browser, server: RunningProgram): Promise<void> {
  const alice = await Person.join(browser, server.url, "alice");
  // Else it opens at its first unread message, and doesn't follow the newest.
  await alice.findsSilence();
  const meter = await PageMeter.attach(alice.page);
  const senders = await connectSenders(server, FLOOD.senders);
  await flood(senders, 1); // What the first messages load and compile isn't counted.
  await timeUntilSeen(alice, senders, "the end of the warm-up");
  await measureCalm(alice, meter);
  const before = await meter.memory();
  await meter.watch();

  const [sent, typed] = await Promise.all([
    flood(senders, FLOOD.seconds),
    typeFor(alice, FLOOD.seconds),
  ]);
  const lag = await timeUntilSeen(alice, senders, "the last of the flood");
  const times = await meter.times();
  const after = await meter.memory();

  if (await alice.box.inputValue() !== typed) throw new Error("Keys were lost");
  console.log(`${sent} messages in ${FLOOD.seconds} s while typing ${typed.length} keys`);
  console.log(`  key to paint:   ${describe(times.keys)} (goal: p99 below ${GOALS.keyMs} ms)`);
  printFrames(times);
  console.log(`  shown after:    ${lag.toFixed(0)} ms (one more message, once all were sent)`);
  printMemory(before, after);
  for (const sender of senders) sender.close();
  await alice.page.context().close();
}

/** Types while nothing arrives: what this machine takes in any case. */
async function measureCalm(alice: Person, meter: PageMeter): Promise<void> {
  await meter.watch();
  await typeFor(alice, CALM_SECONDS);
  console.log(`nothing arrives while typing`);
  console.log(`  key to paint:   ${describe((await meter.times()).keys)}`);
  await alice.box.fill("");
}

async function measureScroll(browser: Browser, server: RunningProgram): Promise<void> {
  const senders = await connectSenders(server, FLOOD.senders);
  await store(server, senders);
  // Somebody new starts at the newest message.
  const alice = await Person.join(browser, server.url, "alice");
  await alice.sees(NEWEST);
  const meter = await PageMeter.attach(alice.page);
  const before = await meter.memory();
  await meter.watch();

  const began = performance.now();
  await scrollUpTo(alice, FIRST);
  const seconds = (performance.now() - began) / 1000;
  const times = await meter.times();
  const after = await meter.memory();

  console.log(`scrolling through ${STORED} messages in ${seconds.toFixed(1)} s`);
  printFrames(times);
  console.log(`  goal:           at most ${GOALS.slowFrames} % of the frames above 50 ms`);
  printMemory(before, after);
  for (const sender of senders) sender.close();
}

/** Fills the log, each sender writing three messages in a row, and waits until all are in it. */
async function store(server: RunningProgram, senders: readonly Sender[]): Promise<void> {
  const reader = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "reader");
  senders[0]!.send(FIRST);
  await reader.until(() => reader.messages.length === 1);
  for (let i = 0; i < STORED; i++) senders[Math.floor(i / 3) % senders.length]!.send(textOf(i));
  await reader.until(() => reader.messages.length === 1 + STORED);
  senders[0]!.send(NEWEST);
  await reader.next("message", ({ message }) => message === NEWEST);
  await reader.close();
}

function connectSenders({ port }: RunningProgram, count: number): Promise<Sender[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => connectSender(port, `sender-${i}`)));
}

async function connectSender(port: number, name: string): Promise<Sender> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${name}`, "parley.v1");
  socket.binaryType = "arraybuffer";
  const marks = new Map<string, () => void>();
  socket.onmessage = ({ data }) => {
    const packet = packetText(data);
    // In a packet of this dialect a ping is a line of its own.
    if (packet.includes('{"type":"ping"}')) socket.send('{"type":"pong"}');
    for (const [mark, answer] of marks) if (packet.includes(mark)) answer();
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
  });
  return {
    send: (message) => socket.send(JSON.stringify({ id: crypto.randomUUID(), message })),
    settled: () =>
      new Promise((resolve) => {
        const mark = crypto.randomUUID();
        marks.set(mark, () => {
          marks.delete(mark);
          resolve();
        });
        socket.send(JSON.stringify({ id: mark, to: "nobody-is-called-this", message: "mark" }));
      }),
    close: () => socket.close(),
  };
}

/** Sends at a constant rate, catching up after delays; returns how many messages. */
function flood(senders: readonly Sender[], seconds: number): Promise<number> {
  const began = performance.now();
  const total = FLOOD.perSecond * seconds;
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, (performance.now() - began) * FLOOD.perSecond / 1000);
      for (; sent < due; sent++) senders[sent % senders.length]!.send(textOf(sent));
      if (sent < total) return;
      clearInterval(timer);
      resolve(sent);
    }, 10);
  });
}

/** Types letters and spaces, and returns what was typed. */
async function typeFor({ box, page }: Person, seconds: number): Promise<string> {
  await box.focus();
  const text = "the quick brown fox ".repeat(100);
  const began = performance.now();
  const keys: Promise<void>[] = [];
  for (let i = 0; i * KEY_EVERY_MS < seconds * 1000; i++) {
    await page.waitForTimeout(Math.max(0, began + i * KEY_EVERY_MS - performance.now()));
    keys.push(page.keyboard.press(text[i]! === " " ? "Space" : text[i]!));
  }
  await Promise.all(keys);
  return text.slice(0, keys.length);
}

/** Waits until the page shows one more message, sent after all others; in milliseconds. */
async function timeUntilSeen(alice: Person, senders: readonly Sender[], text: string) {
  const began = performance.now();
  await Promise.all(senders.map((sender) => sender.settled()));
  senders[0]!.send(text);
  await alice.sees(text);
  return performance.now() - began;
}

async function scrollUpTo({ page, timeline }: Person, text: string): Promise<void> {
  const middle = await timeline.boundingBox();
  await page.mouse.move(middle!.x + middle!.width / 2, middle!.y + middle!.height / 2);
  const limit = performance.now() + SCROLL_LIMIT_MS;
  for (let turn = 1;; turn++) {
    await Promise.all([
      page.mouse.wheel(0, -WHEEL.pixels),
      page.waitForTimeout(WHEEL.everyMs),
    ]);
    if (turn % 30 === 0 && await timeline.getByText(text).count() > 0) return;
    if (performance.now() > limit) throw new Error("The first message was never reached");
  }
}

function printFrames({ frames, longTasks }: PageTimes): void {
  const slow = frames.filter((ms) => ms > 50).length;
  const share = (100 * slow / frames.length).toFixed(2);
  console.log(`  frames:         ${describe(frames)}, ${slow} above 50 ms (${share} %)`);
  const longest = Math.max(0, ...longTasks).toFixed(0);
  console.log(`  tasks of 50 ms: ${longTasks.length}, the longest ${longest} ms`);
}

function printMemory(before: PageMemory, after: PageMemory): void {
  console.log(`  heap after GC:  ${megabytes(before.heapBytes)} → ${megabytes(after.heapBytes)}`);
  console.log(`  document nodes: ${before.nodes} → ${after.nodes}`);
}

function describe(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1);
  return `${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

/** Between 1 and 20 words, and a number that no other message has. */
function textOf(i: number): string {
  const words = Array.from({ length: 1 + i * 7 % 20 }, (_, at) => WORDS[(i + at) % WORDS.length]);
  return `${words.join(" ")} ${i}`;
}
