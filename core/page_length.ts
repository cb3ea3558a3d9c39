/**
 * Most characters (UTF-16 units) in the texts of one page: as UTF-8, with all that is around them,
 * 200 messages of it are at most 256 KiB, which a socket takes without leaving any of it here.
 */
export const MAX_PAGE_LENGTH = 65_536;

/** What a page is made of. */
interface HasText {
  readonly text: string;
}

/** Characters in the texts of events. */
export function lengthOf(events: readonly HasText[]): number {
  return events.reduce((sum, { text }) => sum + text.length, 0);
}

/** The first events, up to and with the one whose text takes them past a length. */
export function untilLength<Event extends HasText>(
  events: Iterable<Event>,
  maxLength: number,
): Event[] {
  const taken: Event[] = [];
  let length = 0;
  for (const event of events) {
    taken.push(event);
    length += event.text.length;
    if (length > maxLength) break;
  }
  return taken;
}

/** How many of the first events have texts within a length; the first one always counts. */
export function countWithin(events: readonly HasText[], maxLength: number): number {
  const taken = untilLength(events, maxLength);
  const isOver = lengthOf(taken) > maxLength;
  return Math.max(isOver ? taken.length - 1 : taken.length, Math.min(1, events.length));
}
