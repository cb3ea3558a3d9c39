import { PROJECT } from "./program.ts";

/**
 * Starts a program in a folder, as the documentation says: it may talk to this machine alone, and
 * read and write there. It has ten seconds.
 */
export async function spawnProgram(
  program: string,
  folder: string,
  options: Deno.CommandOptions = {},
): Promise<Deno.ChildProcess> {
  await Deno.writeTextFile(`${folder}/program.ts`, program);
  const permissions = ["--allow-net=127.0.0.1", "--allow-read=.", "--allow-write=."];
  const args = ["run", "--no-config", "--no-lock", "--quiet", ...permissions, "program.ts"];
  return spawn(Deno.execPath(), { args, cwd: folder, ...options });
}

/** Starts a command whose output is read; it has ten seconds. */
export function spawn(command: string, options: Deno.CommandOptions): Deno.ChildProcess {
  const signal = AbortSignal.timeout(10_000);
  return new Deno.Command(command, { stdout: "piped", signal, ...options }).spawn();
}

/** What `deno check` says against a program; nothing if all is well. */
export async function checkProgram(program: string, folder: string): Promise<string> {
  await Deno.writeTextFile(`${folder}/program.ts`, program);
  const args = ["check", "--no-config", "--no-lock", "--quiet", "program.ts"];
  const options = { args, cwd: folder, env: { NO_COLOR: "1" } };
  const { success, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  return success ? "" : new TextDecoder().decode(stderr);
}

/** A page of the documentation, or the README. */
export function readPage(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, PROJECT));
}

/** What a program prints, line by line. */
export async function* linesOf(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
