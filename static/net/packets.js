/** @import {ServerFrame} from "../../core/protocol.ts" */
import { isFrame } from "../lib/frame_shapes.js";

/** What a deflated packet begins with; no frame does. */
const DEFLATED = 0;

const decoder = new TextDecoder();

/** Whether this browser can inflate packets; the server only deflates for those who say so. */
export function canInflate() {
  try {
    return Boolean(new DecompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

/**
 * Reads packets in the order in which they came. Inflating takes a moment, so what comes meanwhile
 * waits; while nothing is inflated, nothing waits.
 */
export class PacketReader {
  #onFrames;
  #onBroken;
  /** @type {(() => void | Promise<void>)[]} */
  #waiting = [];
  #isBusy = false;
  #isClosed = false;

  /**
   * @param {(frames: ServerFrame[]) => void} onFrames Told of each packet.
   * @param {() => void} onBroken Told of a packet that can't be inflated: what it held is missing.
   */
  constructor(onFrames, onBroken) {
    this.#onFrames = onFrames;
    this.#onBroken = onBroken;
  }

  /**
   * Reads one packet behind those before it.
   *
   * @param {string | ArrayBuffer} data
   */
  read(data) {
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

  /**
   * Does something once all packets so far have been read; at once if none waits.
   *
   * @param {() => void | Promise<void>} work
   */
  afterAll(work) {
    this.#waiting.push(work);
    if (!this.#isBusy) this.#workOff();
  }

  /** Reads nothing more, not even what waits. */
  close() {
    this.#isClosed = true;
    this.#waiting = [];
  }

  async #workOff() {
    this.#isBusy = true;
    for (let work = this.#waiting.shift(); work; work = this.#waiting.shift()) {
      try {
        const inflating = work();
        if (inflating) await inflating;
      } catch (error) {
        // A mistake over one packet must not keep the others waiting.
        reportError(error);
      }
    }
    this.#isBusy = false;
  }
}

/**
 * Reads the frames of one packet: text or UTF-8 bytes, frames separated by newlines.
 * Types that this page doesn't know yet are left to the reducers, which ignore them. A malformed
 * frame is dropped: one bad line must not cost the good ones beside it.
 *
 * @param {string | ArrayBuffer} data
 * @returns {ServerFrame[]}
 */
export function readPacket(data) {
  const text = typeof data === "string" ? data : decoder.decode(data);
  const frames = [];
  for (const line of text.split("\n")) {
    const frame = readFrame(line);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

/** @param {ArrayBuffer} data */
function inflate(data) {
  const stream = new Blob([new Uint8Array(data, 1)]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

/**
 * @param {string} line
 * @returns {ServerFrame | undefined}
 */
function readFrame(line) {
  if (line.trim() === "") return undefined;
  try {
    const value = JSON.parse(line);
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
