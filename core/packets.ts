import { binaryPacket, type Packet, textPacket } from "./outbox.ts";

/** How frames are put into packets: one each, or several separated by newlines. */
export type Dialect = "plain" | "parley.v1";

/** Most characters of frames joined into one packet; a longer frame goes alone. */
const MAX_JOINED_LENGTH = 64 * 1024;

/** Puts frames, in their order, into as few packets as the dialect allows. */
export function packFrames(frames: readonly string[], dialect: Dialect): Packet[] {
  if (dialect === "plain") return frames.map(textPacket);
  return joinFrames(frames).map(binaryPacket);
}

function joinFrames(frames: readonly string[]): string[] {
  const joined: string[] = [];
  let start = 0;
  let length = 0;
  for (let i = 0; i < frames.length; i++) {
    const next = frames[i]!.length + 1;
    if (i > start && length + next > MAX_JOINED_LENGTH) {
      joined.push(frames.slice(start, i).join("\n"));
      start = i;
      length = 0;
    }
    length += next;
  }
  if (start < frames.length) joined.push(frames.slice(start).join("\n"));
  return joined;
}
