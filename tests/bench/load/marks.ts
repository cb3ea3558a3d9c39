/**
 * The text of a load message: a mark, `#sssss:nnnnnnnn:tttttttttttt`, and random letters. Sender,
 * number and time are at fixed places of the mark, so that the client needn't parse the frame.
 */

/** Digits of each field. */
const WIDTHS = { sender: 5, number: 8, time: 12 } as const;
const NUMBER_AT = 1 + WIDTHS.sender + 1;
const TIME_AT = NUMBER_AT + WIDTHS.number + 1;

/** Shortest text that holds a mark, in bytes. */
export const MARK_BYTES = TIME_AT + WIDTHS.time;

const HASH = "#".charCodeAt(0);
const COLON = ":".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/** Frequencies of letters and blanks in English prose, in thousandths. */
const LETTERS: Readonly<Record<string, number>> = {
  " ": 183,
  ...{ e: 102, t: 75, a: 65, o: 62, n: 57, i: 57, s: 53, r: 50, h: 50, l: 33, d: 33, u: 23, c: 22 },
  ...{ m: 20, f: 20, w: 17, g: 16, p: 15, y: 15, b: 13, v: 8, k: 6, x: 2, j: 1, q: 1, z: 1 },
};
/** Letters to take texts from: so many that texts in flight at the same time hardly overlap. */
const SUPPLY_BYTES = 1 << 20;

/**
 * Text that compresses no better than real messages: letters as frequent as in English, but without
 * its words. Repeated texts would flatter a server that compresses.
 */
export class TextSupply {
  #letters: Uint8Array;

  constructor() {
    const drawn = Object.entries(LETTERS).flatMap(([letter, share]) =>
      new Array<number>(share).fill(letter.charCodeAt(0))
    );
    this.#letters = Uint8Array.from(
      { length: SUPPLY_BYTES },
      () => drawn[Math.floor(Math.random() * drawn.length)]!,
    );
  }

  /** Fills `bytes` with letters from `from` up to `end`. */
  fill(bytes: Uint8Array, from: number, end: number): void {
    const length = end - from;
    const at = Math.floor(Math.random() * (SUPPLY_BYTES - length));
    bytes.set(this.#letters.subarray(at, at + length), from);
  }
}

/** A text of `length` bytes with a mark of zeros. */
export function blankText(sender: number, length: number): string {
  if (length < MARK_BYTES) throw new RangeError(`Cannot mark ${length} bytes: too short`);
  const zeros = `#${digits(sender, WIDTHS.sender)}:${digits(0, WIDTHS.number)}:`;
  return `${zeros}${digits(0, WIDTHS.time)}`.padEnd(length, "x");
}

/** A number as digits of a fixed width. */
export function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** Whether there is a mark at `at`. */
export function isMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === HASH && bytes[at + NUMBER_AT - 1] === COLON &&
    bytes[at + TIME_AT - 1] === COLON;
}

/** Finds the first mark from `from` up to `end`; -1 if there is none. */
export function findMark(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at + MARK_BYTES <= end; at++) {
    if (bytes[at] === HASH && isMark(bytes, at)) return at;
  }
  return -1;
}

/** Number of the sender of the mark at `at`. */
export function readSender(bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + 1, WIDTHS.sender);
}

/** Message number of the mark at `at`; each sender counts from 0. */
export function readNumber(bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + NUMBER_AT, WIDTHS.number);
}

/** Sending time of the mark at `at`, in whole microseconds. */
export function readTime(bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + TIME_AT, WIDTHS.time);
}

/** Overwrites number and time of the mark at `at`. */
export function writeMark(bytes: Uint8Array, at: number, number: number, timeUs: number): void {
  writeNumber(bytes, at + NUMBER_AT, number);
  writeDigits(bytes, at + TIME_AT, WIDTHS.time, timeUs);
}

/** Writes a message number with the digits that a mark has for it. */
export function writeNumber(bytes: Uint8Array, at: number, number: number): void {
  writeDigits(bytes, at, WIDTHS.number, number);
}

function readDigits(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = at; i < at + width; i++) value = value * 10 + bytes[i]! - ZERO;
  return value;
}

function writeDigits(bytes: Uint8Array, at: number, width: number, value: number): void {
  for (let i = at + width - 1; i >= at; i--) {
    bytes[i] = ZERO + value % 10;
    value = Math.floor(value / 10);
  }
}
