/**
 * The text of a load message: `#sssss:nnnnnnnn:tttttttttttt` and padding. Sender, number and time
 * stand at fixed places, so that they are found and read without parsing what is around them.
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

/** Whether a mark stands at `at`. */
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

/** Number of the message of the mark at `at`, counted by its sender from 0. */
export function readNumber(bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + NUMBER_AT, WIDTHS.number);
}

/** When the message of the mark at `at` was sent, in whole microseconds. */
export function readTime(bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + TIME_AT, WIDTHS.time);
}

/** Overwrites number and time of the mark at `at`. */
export function writeMark(bytes: Uint8Array, at: number, number: number, timeUs: number): void {
  writeNumber(bytes, at + NUMBER_AT, number);
  writeDigits(bytes, at + TIME_AT, WIDTHS.time, timeUs);
}

/** Writes the number of a message as it stands in a mark. */
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
