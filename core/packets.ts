import { deflateRawSync } from "node:zlib";
import { binaryPacket, type Packet, textPacket } from "./outbox.ts";

/** How frames are put into packets: one each, or several separated by newlines, deflated or not. */
export type Dialect = "plain" | "parley.v1" | "parley.v1.deflate";

/** Most characters of frames joined into one packet; a longer frame goes alone. */
const MAX_JOINED_LENGTH = 64 * 1024;
/** What a deflated packet begins with; no frame does. */
const DEFLATED = 0;
/** Shortest packet that is deflated: a lone short message would gain less than it costs readers. */
const MIN_DEFLATED_BYTES = 1024;
/** Takes a packet of 18 KiB to a quarter in 0.1 ms; higher levels gain a tenth in twice the time. */
const DEFLATE_LEVEL = 3;

/** Puts frames, in their order, into as few packets as the dialect allows. */
export function packFrames(frames: readonly string[], dialect: Dialect): Packet[] {
  if (dialect === "plain") return frames.map(textPacket);
  return joinFrames(frames).map(binaryPacket);
}

/**
 * The same for frames that go to everyone, deflated for those who can inflate them: once for all
 * readers. Nothing that is for some only is deflated: its length would tell those who watch the
 * line, and can put text of their own beside it, about what is in it.
 */
export function packShared(frames: readonly string[], dialect: Dialect): Packet[] {
  const packets = packFrames(frames, dialect);
  return dialect === "parley.v1.deflate" ? packets.map(deflated) : packets;
}

function deflated(packet: Packet): Packet {
  const { data, bytes } = packet;
  if (bytes < MIN_DEFLATED_BYTES) return packet;
  const rest = deflateRawSync(data, { level: DEFLATE_LEVEL });
  const marked = new Uint8Array(1 + rest.byteLength);
  marked[0] = DEFLATED;
  marked.set(rest, 1);
  return { data: marked, bytes: marked.byteLength };
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
