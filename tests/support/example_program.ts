/** Starts a program that may talk to this machine alone, for ten seconds at most. */
export function spawnProgram(
  program: string,
  options: Deno.CommandOptions = {},
): Deno.ChildProcess {
  const url = `data:application/typescript,${encodeURIComponent(program)}`;
  const args = ["run", "--no-config", "--no-lock", "--quiet", "--allow-net=127.0.0.1", url];
  const signal = AbortSignal.timeout(10_000);
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", signal, ...options }).spawn();
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
