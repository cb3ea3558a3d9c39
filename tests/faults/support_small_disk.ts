/** A disk that a test fills and empties. Dispose of it after use, when nobody has it open. */
export interface SmallDisk extends AsyncDisposable {
  /** An existing folder on it. */
  readonly path: string;
  /** Takes all the space that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
}

const SIZE = "8m";
const CHUNK = new Uint8Array(256 * 1024);

/** Mounts a small disk in memory; `undefined` where that isn't allowed. */
export async function mountSmallDisk(): Promise<SmallDisk | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const path = await Deno.makeTempDir({ prefix: "parley-disk-" });
  if (!await run("mount", "-t", "tmpfs", "-o", `size=${SIZE},mode=0700`, "tmpfs", path)) {
    await Deno.remove(path);
    return undefined;
  }
  const filler = `${path}/filler`;
  return {
    path,
    fill: () => fill(filler),
    free: () => Deno.remove(filler),
    async [Symbol.asyncDispose]() {
      if (!await run("umount", path)) throw new Error(`Cannot unmount ${path}`);
      await Deno.remove(path);
    },
  };
}

/** Makes a mounted disk read-only. */
export async function remountReadOnly({ path }: SmallDisk): Promise<void> {
  if (!await run("mount", "-o", "remount,ro", path)) throw new Error(`Cannot remount ${path}`);
}

/** Writes to a file until not one more byte fits. */
async function fill(file: string): Promise<void> {
  using filler = await Deno.open(file, { create: true, append: true });
  for (let size = CHUNK.length; size > 0; size = Math.floor(size / 2)) {
    while (await fits(filler, size));
  }
}

async function fits(file: Deno.FsFile, size: number): Promise<boolean> {
  try {
    return await file.write(CHUNK.subarray(0, size)) === size;
  } catch {
    return false; // No space left on the device: what was wanted.
  }
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
