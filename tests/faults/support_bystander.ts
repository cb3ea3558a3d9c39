import { ChatClient } from "../support/chat_client.ts";

/**
 * How long things took one who does nothing unusual, in milliseconds: from a message to its ack,
 * from asking for a page of history to its last byte, from asking for a connection to its welcome.
 */
export type Waits = Readonly<Record<"acks" | "pages" | "joins", number[]>>;

/** Pauses within the rates that everybody has. */
const ACK_PAUSE_MS = 110;
const PAGE_PAUSE_MS = 70;
const JOIN_PAUSE_MS = 150;
/** Longer than this is as bad as never. */
const LIMIT_MS = 60_000;

/**
 * Talks, reads and connects from an address of its own until told to stop.
 *
 * @throws {Error} When anything of it is refused.
 */
export async function standBy(
  port: number,
  address: string,
  until: Promise<unknown>,
): Promise<Waits> {
  const waits: Waits = { acks: [], pages: [], joins: [] };
  let isOver = false;
  until.finally(() => isOver = true).catch(() => {}); // Whoever began it hears of it.
  const again = async (into: number[], pauseMs: number, work: (count: number) => Promise<void>) => {
    // At least once, however short the time.
    do {
      const startedAt = performance.now();
      await work(into.length);
      into.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } while (!isOver);
  };
  const wsUrl = `ws://127.0.0.1:${port}`;
  const headers = { "x-forwarded-for": address };
  const options = { headers, protocols: ["parley.v1.deflate"] };
  const talker = await ChatClient.connect(wsUrl, "talker", options);
  await Promise.all([
    again(waits.acks, ACK_PAUSE_MS, async (count) => {
      talker.send({ id: `k${count}`, message: "still here" });
      const isAnswer = (frame: { id?: string }) => frame.id === `k${count}`;
      await talker.until(() => talker.framesOf("ack").some(isAnswer), LIMIT_MS);
      talker.frames.length = 0;
    }),
    again(waits.pages, PAGE_PAUSE_MS, () => readPage(port, headers)),
    again(waits.joins, JOIN_PAUSE_MS, async (count) => {
      const visitor = await ChatClient.connect(wsUrl, `guest${count}`, { headers });
      visitor.framesOf("welcome")[0]!.seq;
      await visitor.close();
    }),
  ]);
  await talker.close();
  return waits;
}

async function readPage(port: number, headers: Record<string, string>): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/messages?limit=50`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`Expected a page of history, not ${text}`);
}
