/** Where packages of libfaketime put the library for programs with threads. */
const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
];

/** A wall clock for other programs that a test sets while they run; their monotonic clock is true. */
export interface FakeTime {
  /** What comes before a program's command, so that it goes by this clock. */
  readonly prefix: readonly string[];
  /** Sets the clock ahead of the true one, or behind it, by a whole number of seconds. */
  set(offsetSeconds: number): Promise<void>;
}

/**
 * Makes such a clock, kept in a folder.
 *
 * @returns Nothing where there is no libfaketime, after saying so.
 * @throws {Error} Where there is none and `CI` is set: there, nothing may be skipped.
 */
export async function makeFakeTime(folder: string): Promise<FakeTime | undefined> {
  const library = LIBRARIES.find(exists);
  if (library === undefined) {
    if (Deno.env.get("CI")) throw new Error("Cannot set a program's clock: no libfaketime");
    console.warn("Skipped: there is no libfaketime to set a program’s clock with.");
    return undefined;
  }
  const file = `${folder}/clock`;
  const set = (offsetSeconds: number) =>
    Deno.writeTextFile(file, `${offsetSeconds < 0 ? "" : "+"}${offsetSeconds}s\n`);
  await set(0);
  const variables = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return { prefix: ["/usr/bin/env", ...assignments], set };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
