import { assert, assertEquals, assertMatch } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { ChatClient } from "./support/chat_client.ts";
import { startCuttingProxy } from "./support/cutting_proxy.ts";
import { blocksOf } from "./support/doc_blocks.ts";
import { checkProgram, linesOf, readPage, spawn, spawnProgram } from "./support/example_program.ts";
import { startTestServer } from "./support/test_server.ts";

const protocol = await readPage("docs/protocol.md");
const readme = await readPage("README.md");

/** A Python that has the package `websockets`, if there is one. */
const PYTHON = await findPython();

Deno.test("docs/protocol.md has clients in Deno, a browser and Python", () => {
  const languages = blocksOf("docs/protocol.md", protocol).map(({ language }) => language);

  for (const language of ["ts", "js", "python"]) assert(languages.includes(language), language);
});

for (
  const [name, program, said] of [
    ["docs/protocol.md: the client in Deno", clientIn("ts"), /^alice: hello from Deno$/],
    ["docs/protocol.md: the client in a browser", clientIn("js"), /^bob: hello from a browser$/],
    ["README.md: the client", clientIn("js", readme), /"from":"alice",.*"message":"hello"/],
  ] as const
) {
  Deno.test(`${name} says hello and hears itself, twice in a row`, async () => {
    await using server = await startTestServer();
    await using folder = await TemporaryFolder.make();
    const adapted = program.replace("ws://localhost:8000", server.wsUrl);

    for (let run = 0; run < 2; run++) {
      const heard = await firstMatch(await spawnProgram(adapted, folder.path), said);
      assertMatch(heard, said);
    }
  });
}

Deno.test("the examples in TypeScript type-check as they are", async () => {
  await using folder = await TemporaryFolder.make();
  const programs = blocksOf("docs/protocol.md", protocol)
    .filter(({ language, text }) => language === "ts" && text.includes("new WebSocket"));

  assertEquals(programs.length, 2);
  for (const { text } of programs) assertEquals(await checkProgram(text, folder.path), "");
});

Deno.test("docs/protocol.md: the reader of deflated packets reads packets of any form", async () => {
  const { text } = blocksOf("docs/protocol.md", protocol)
    .find(({ language }) => language === "javascript")!;
  const url = `data:text/javascript,${encodeURIComponent(`${text}\nexport { framesIn };`)}`;
  const { framesIn } = await import(url);
  const frames = [{ type: "ping" }, { type: "delivered", seq: 7 }];
  const lines = frames.map((frame) => JSON.stringify(frame)).join("\n");
  const bytes = new TextEncoder().encode(lines);
  const deflated = new Uint8Array([0, ...deflateRawSync(bytes)]);

  for (const data of [lines, bytes.buffer, deflated.buffer]) {
    assertEquals(await framesIn(data), frames);
  }
});

Deno.test("docs/protocol.md: the client that reconnects loses and doubles nothing", async () => {
  await using server = await startTestServer();
  using proxy = startCuttingProxy(Number(new URL(server.url).port));
  await using witness = await Witness.connect(server.wsUrl);
  const program = blocksOf("docs/protocol.md", protocol)
    .findLast(({ language }) => language === "ts")!.text
    .replace("ws://localhost:8000", `ws://127.0.0.1:${proxy.port}`);
  await using folder = await TemporaryFolder.make();
  await using parrot = await Parrot.start(program, folder.path);

  for (let round = 0; round < 3; round++) {
    await parrot.say(`parrot ${round}a`);
    await witness.hears(`parrot ${round}a`);
    proxy.cut();
    await parrot.say(`parrot ${round}b`);
    witness.client.send({ message: `witness ${round}` });
    await witness.hears(`parrot ${round}b`);
  }
  await witness.hears("witness 2");
  await parrot.prints("witness 2");
  await parrot.prints("parrot 2b");

  const expected = witness.client.messages;
  assertEquals(expected.filter((text) => text.startsWith("parrot")).sort(), [
    "parrot 0a",
    "parrot 0b",
    "parrot 1a",
    "parrot 1b",
    "parrot 2a",
    "parrot 2b",
  ]);
  assertEquals(parrot.heard, expected);
});

Deno.test("docs/protocol.md: the client that reconnects comes back under its name", async () => {
  await using server = await startTestServer();
  await using folder = await TemporaryFolder.make();
  const program = blocksOf("docs/protocol.md", protocol)
    .findLast(({ language }) => language === "ts")!.text
    .replace("ws://localhost:8000", server.wsUrl);

  for (const text of ["the first run", "the second run"]) {
    await using parrot = await Parrot.start(program, folder.path);
    await parrot.say(text);
    await parrot.prints(text);
  }

  const mode = (await Deno.stat(`${folder.path}/parrot.credential`)).mode;
  if (mode !== null) assertEquals(mode & 0o777, 0o600);
});

/** Somebody on an unbroken connection. */
class Witness implements AsyncDisposable {
  readonly client: ChatClient;

  private constructor(client: ChatClient) {
    this.client = client;
  }

  static async connect(wsUrl: string): Promise<Witness> {
    return new Witness(await ChatClient.connect(wsUrl, "witness"));
  }

  async hears(text: string): Promise<void> {
    await this.client.next("message", ({ message }) => message === text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

/** The example client, which says what it is told and prints what it hears. */
class Parrot implements AsyncDisposable {
  /** Messages printed so far, without their authors. */
  readonly heard: string[] = [];
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #lines: AsyncIterator<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
  }

  static async start(program: string, folder: string): Promise<Parrot> {
    return new Parrot(await spawnProgram(program, folder, { stdin: "piped" }));
  }

  async say(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  async prints(text: string): Promise<void> {
    while (!this.heard.includes(text)) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`It ended before it heard “${text}”: ${this.heard}`);
      this.heard.push(value.slice(value.indexOf(": ") + 2));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    this.#child.kill();
    await this.#lines.return?.();
    await this.#child.status;
  }
}

for (const [index, what] of ["", " with a credential"].entries()) {
  Deno.test({
    name: `docs/protocol.md: the Python client${what} says hello, twice in a row`,
    ignore: PYTHON === undefined,
    async fn() {
      await using server = await startTestServer();
      await using folder = await TemporaryFolder.make();
      const program = blocksOf("docs/protocol.md", protocol)
        .filter(({ language }) => language === "python")[index]!.text
        .replace("ws://localhost:8000", server.wsUrl);

      for (let run = 0; run < 2; run++) {
        const args = ["-u", "-c", program];
        const child = spawn(PYTHON!, { args, cwd: folder.path });
        assertMatch(await firstMatch(child, /hello/), /^(carol|erin): hello from Python$/);
      }
    },
  });
}

Deno.test({
  name: "docs/protocol.md: the Python clients are Python",
  ignore: !await canRun("python3", "pass"),
  async fn() {
    const programs = blocksOf("docs/protocol.md", protocol)
      .filter(({ language }) => language === "python");

    for (const { text } of programs) {
      assert(await canRun("python3", `import ast; ast.parse(${JSON.stringify(text)})`), text);
    }
    assert(!await canRun("python3", `import ast; ast.parse("import import")`));
  },
});

/** The first example client in a language. */
function clientIn(language: string, page: string = protocol): string {
  return blocksOf("a page", page).find((block) => block.language === language)!.text;
}

/** Reads what a program prints until a line matches, and ends it. */
async function firstMatch(child: Deno.ChildProcess, wanted: RegExp): Promise<string> {
  await using running = child;
  for await (const line of linesOf(running.stdout)) {
    if (wanted.test(line)) return line;
  }
  return "";
}

async function findPython(): Promise<string | undefined> {
  for (const path of ["python3", "/usr/bin/python3"]) {
    if (await canRun(path, "import websockets")) return path;
  }
  return undefined;
}

/** Whether there is this Python, and a program runs in it. */
async function canRun(python: string, program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(python, { args: ["-c", program] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A new folder, removed on disposal. */
class TemporaryFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await Deno.makeTempDir({ prefix: "parley-example-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
