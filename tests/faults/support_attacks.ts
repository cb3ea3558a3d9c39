import { RawWebSocket } from "../support/raw_websocket.ts";
import { credentialFor } from "./support_crowd.ts";

/** Whom an attacker attacks, from where, and for how long. */
export interface Target {
  readonly port: number;
  /** Address it comes from, as a trusted proxy names it. */
  readonly address: string;
  readonly durationMs: number;
  /** How many connections, and how often: 1 is all it can. */
  readonly strength: number;
}

/** Accounts that exist, for an attacker to write to. */
export const STRANGERS = 500;

/** Han characters: as costly to index and to look for as text can be. */
export function hanText(length: number): string {
  const codes = Array.from({ length }, () => 0x4e00 + Math.floor(Math.random() * 3_000));
  return String.fromCharCode(...codes);
}

type Attack = (target: Target, isOver: () => boolean) => Promise<void>;

/** Object of keys that no frame has, as large as a packet may be. */
const RUBBISH = JSON.stringify(
  Object.fromEntries(Array.from({ length: 5_500 }, (_, index) => [`k${index}`, 1])),
);
const PONG = '{"type":"pong"}';
/** Most bytes that an attacker leaves in its own socket. */
const MAX_BUFFERED = 512 * 1024;

/** What one address can do to the others, by what it does. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "searches for Han characters": (target, isOver) =>
    searchFor(target, isOver, () => `${hanText(1)} `.repeat(16)),
  "searches for a phrase that isn't there": (target, isOver) =>
    searchFor(target, isOver, () => `"${[...hanText(60)].join(" ")}"`),
  "sends pongs": (target, isOver) => flood(target, isOver, [PONG]),
  "sends rubbish": (target, isOver) => flood(target, isOver, [RUBBISH, PONG]),
  "sends more messages than it may": (target, isOver) =>
    flood(target, isOver, [`{"message":"${"x".repeat(4_000)}"}`]),
  "writes to strangers": writeToStrangers,
  "writes Han": (target, isOver) => write(target, isOver, 1),
  "writes Han under a hundred names": (target, isOver) => write(target, isOver, 100),
  "comes and goes": comeAndGo,
  "comes for history and doesn't read it": (target, isOver) =>
    holdOpen(target, isOver, 100, (index) => connectRaw(target, `r${index}`, "?history=500")),
  "leaves bodies unfinished": (target, isOver) =>
    holdOpen(target, isOver, 3_000, () => ask(target, UNFINISHED, '{"con')),
  "asks for pages and doesn't read them": (target, isOver) =>
    holdOpen(target, isOver, 1_490, () => ask(target, "GET /api/messages?limit=200 HTTP/1.1")),
};

const UNFINISHED = [
  "POST /api/sign-out HTTP/1.1",
  "content-type: application/json",
  "content-length: 400",
].join("\r\n");

async function searchFor(
  target: Target,
  isOver: () => boolean,
  nextQuery: () => string,
): Promise<void> {
  await together(target, 100, async () => {
    while (!isOver()) await get(target, `/api/search?q=${encodeURIComponent(nextQuery())}`);
  });
}

/** Sends the same packets on and on, and comes back when it is thrown out. */
async function flood(target: Target, isOver: () => boolean, packets: string[]): Promise<void> {
  await together(target, 90, async (index) => {
    while (!isOver()) {
      const socket = await connect(target, `flood${index}`);
      while (socket.readyState === WebSocket.OPEN && !isOver()) {
        while (socket.bufferedAmount < MAX_BUFFERED && socket.readyState === WebSocket.OPEN) {
          for (const packet of packets) socket.send(packet);
        }
        await pause(1);
      }
      socket.close();
      await pause(20);
    }
  });
}

/** A guest begins as many conversations as it can, and asks for the list of them. */
async function writeToStrangers(target: Target, isOver: () => boolean): Promise<void> {
  const credential = credentialFor("guest");
  const socket = await connect(target, "guest", credential);
  let next = 0;
  const writing = (async () => {
    while (!isOver()) {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(`{"to":"stranger${next++ % STRANGERS}","message":"${hanText(3_000)}"}`);
      }
      await pause(100);
    }
  })();
  await together(target, 60, async () => {
    while (!isOver()) await get(target, "/api/conversations?limit=200", credential);
  });
  await writing;
  socket.close();
}

/** Accounts that each write as much as their rate lets them. */
async function write(target: Target, isOver: () => boolean, accounts: number): Promise<void> {
  await together(target, accounts, async (index) => {
    while (!isOver()) {
      const socket = await connect(target, `writer${index}`);
      while (socket.readyState === WebSocket.OPEN && !isOver()) {
        socket.send(JSON.stringify({ message: hanText(4_000) }));
        await pause(100);
      }
      socket.close();
    }
  });
}

async function comeAndGo(target: Target, isOver: () => boolean): Promise<void> {
  await together(target, 50, async (index) => {
    while (!isOver()) (await connect(target, `visitor${index}`)).close();
  });
}

/** Opens connections that wait for something, and keeps them to the end. */
async function holdOpen(
  target: Target,
  isOver: () => boolean,
  count: number,
  open: (index: number) => Promise<Disposable>,
): Promise<void> {
  const held: Disposable[] = [];
  const most = Math.ceil(count * target.strength);
  while (!isOver() && held.length < most) held.push(await open(held.length));
  while (!isOver()) await pause(20);
  for (const one of held) one[Symbol.dispose]();
}

/** Does the same many times at once. */
async function together(
  { strength }: Target,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from({ length: Math.ceil(count * strength) }, (_, i) => work(i)));
}

/** Connects; the socket may be one that was refused. Nothing that comes is kept. */
async function connect(
  { port, address }: Target,
  username: string,
  credential?: string,
): Promise<WebSocket> {
  const authorization = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const headers = { "x-forwarded-for": address, ...authorization };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${username}`, { headers });
  await new Promise<void>((resolve) => {
    socket.onmessage = () => resolve();
    socket.onclose = () => resolve();
    socket.onerror = () => resolve(); // Refused by HTTP.
  });
  return socket;
}

function connectRaw({ port, address }: Target, username: string, query: string) {
  const path = `/ws/${username}${query}`;
  return RawWebSocket.connect({ port, path, headers: { "x-forwarded-for": address } });
}

/** Sends a request, or a part of one, and reads nothing. */
async function ask({ port, address }: Target, head: string, body = ""): Promise<Disposable> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const text = `${head}\r\nhost: localhost\r\nx-forwarded-for: ${address}\r\n\r\n${body}`;
  await conn.write(new TextEncoder().encode(text));
  return conn;
}

async function get({ port, address }: Target, path: string, credential?: string): Promise<void> {
  const authorization = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const headers = { "x-forwarded-for": address, ...authorization };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await response.arrayBuffer();
  if (response.status === 429) await pause(5);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
