import { findMark, isMark } from "./marks.ts";

/** Calls of a {@linkcode FrameScanner}; positions are in the bytes of the packet. */
export interface FrameEvents {
  /** A message, with its mark at `mark`. */
  onMessage(bytes: Uint8Array, mark: number): void;
  /** Any other frame, from `start` up to `end`. */
  onOther(bytes: Uint8Array, start: number, end: number): void;
}

const NEWLINE = 10;

/**
 * Splits packets into frames at newlines and finds the marks in them, without parsing. Nearly all
 * message frames have the same length, so the scanner first tries the positions of mark and end in
 * the previous message, and searches byte by byte only if they don't match.
 */
export class FrameScanner {
  #events: FrameEvents;
  #markAt = 0;
  #length = 0;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** Reports every frame of one packet. */
  scan(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const next = at + this.#length;
      const isAsBefore = isMark(bytes, at + this.#markAt) &&
        (next === end || (next < end && bytes[next] === NEWLINE));
      if (isAsBefore) {
        this.#events.onMessage(bytes, at + this.#markAt);
        at = next + 1;
      } else {
        at = this.#search(bytes, at, end) + 1;
      }
    }
  }

  /** Searches one frame, keeps its positions for the next, and returns where it ends. */
  #search(bytes: Uint8Array, start: number, end: number): number {
    const frameEnd = endOfFrame(bytes, start, end);
    const mark = findMark(bytes, start, frameEnd);
    if (mark < 0) {
      this.#events.onOther(bytes, start, frameEnd);
    } else {
      this.#markAt = mark - start;
      this.#length = frameEnd - start;
      this.#events.onMessage(bytes, mark);
    }
    return frameEnd;
  }
}

function endOfFrame(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== NEWLINE) at++;
  return at;
}
