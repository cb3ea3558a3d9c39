import type { ServerFrame } from "../../core/protocol.ts";
import { isFrame } from "./frame_shapes.ts";

/** First byte of a deflated packet; no frame begins with it. */
const DEFLATED = 0;

const decoder = new TextDecoder();

/** Whether this browser can inflate packets; the server deflates only for clients that ask. */
export function canInflate(): boolean {
  try {
    return Boolean(new DecompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

type Work = () => void | Promise<void>;

/**
 * Reads packets in the order in which they came. Inflating takes a moment, so later packets wait
 * for it; while nothing is inflated, nothing waits.
 */
export class PacketReader {
  readonly #onFrames: (frames: ServerFrame[]) => void;
  readonly #onBroken: () => void;
  #waiting: Work[] = [];
  #isBusy = false;
  #isClosed = false;

  /**
   * @param onFrames Called with the frames of each packet.
   * @param onBroken Called for a packet that can't be inflated: its frames are missing.
   */
  constructor(onFrames: (frames: ServerFrame[]) => void, onBroken: () => void) {
    this.#onFrames = onFrames;
    this.#onBroken = onBroken;
  }

  /** Reads one packet behind those before it. */
  read(data: string | ArrayBuffer): void {
    if (typeof data === "string" || new Uint8Array(data)[0] !== DEFLATED) {
      return this.afterAll(() => this.#onFrames(readPacket(data)));
    }
    return this.afterAll(async () => {
      const packet = await inflate(data).catch(() => undefined);
      if (this.#isClosed) return;
      if (packet === undefined) this.#onBroken();
      else this.#onFrames(readPacket(packet));
    });
  }

  /** Runs `work` once all packets so far have been read; at once if none waits. */
  afterAll(work: Work): void {
    this.#waiting.push(work);
    if (!this.#isBusy) void this.#workOff();
  }

  /** Reads nothing more, not even waiting packets. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  async #workOff(): Promise<void> {
    this.#isBusy = true;
    for (let work = this.#waiting.shift(); work; work = this.#waiting.shift()) {
      try {
        const inflating = work();
        if (inflating) await inflating;
      } catch (error) {
        // A bug in handling one packet must not block the others.
        reportError(error);
      }
    }
    this.#isBusy = false;
  }
}

/**
 * Reads the frames of one packet: text or UTF-8 bytes, frames separated by newlines.
 * Frames of unknown types are left to the reducers, which ignore them. A malformed frame is
 * dropped: one bad line must not cost the good ones beside it.
 */
export function readPacket(data: string | ArrayBuffer): ServerFrame[] {
  const text = typeof data === "string" ? data : decoder.decode(data);
  return text.split("\n").map(readFrame).filter((frame) => frame !== undefined);
}

function inflate(data: ArrayBuffer): Promise<ArrayBuffer> {
  const stream = new Blob([new Uint8Array(data, 1)]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

function readFrame(line: string): ServerFrame | undefined {
  if (line.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
