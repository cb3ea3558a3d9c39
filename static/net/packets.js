/** @import {ServerFrame} from "../../core/protocol.ts" */

const decoder = new TextDecoder();

/**
 * Reads the frames of one packet: text or UTF-8 bytes, frames separated by newlines.
 * What this page doesn't know yet is left to the reducers, which ignore it; what isn't a frame at
 * all is dropped, because one bad line must not cost the good ones beside it.
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

/**
 * @param {string} line
 * @returns {ServerFrame | undefined}
 */
function readFrame(line) {
  if (line.trim() === "") return undefined;
  try {
    const value = JSON.parse(line);
    return typeof value?.type === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
