/** Where lines for whoever runs the server go. */
type Stream = Pick<typeof Deno.stderr, "writeSync">;

const encoder = new TextEncoder();

/**
 * Writes one line to standard output or standard error. A line that can't be written, because the
 * disk is full or nobody reads the pipe any more, is dropped: losing it must not end the server.
 *
 * @param line Without its line break.
 */
export function writeLine(stream: Stream, line: string): void {
  let rest = encoder.encode(`${line}\n`);
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch {
    // There is nowhere left to report this.
  }
}
