import { findMark, isMark } from "./marks.ts";

/** Told of what a packet holds. Positions are in the bytes handed to {@linkcode FrameScanner}. */
export interface FrameEvents {
  /** A message, with its mark at `mark`. */
  onMessage(bytes: Uint8Array, mark: number): void;
  /** Any other frame, from `start` up to `end`. */
  onOther(bytes: Uint8Array, start: number, end: number): void;
}

const NEWLINE = 10;

/**
 * Splits packets into frames at newlines and finds the marks in them, without parsing: frames of
 * messages are nearly all of one length, so where the last one had its mark and its end is looked
 * first, and only else the frame is searched byte by byte.
 */
export class FrameScanner {
  #events: FrameEvents;
  #markAt = 0;
  #length = 0;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** Goes through the frames of one packet. */
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

  /** Reads one frame slowly, learns from it, and returns where it ends. */
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
