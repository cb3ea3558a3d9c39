import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { ChatClient } from "./support/chat_client.ts";
import { startCuttingProxy } from "./support/cutting_proxy.ts";
import { blocksOf } from "./support/doc_blocks.ts";
import { linesOf, spawnProgram } from "./support/example_program.ts";
import { startTestServer } from "./support/test_server.ts";

const protocol = await Deno.readTextFile(new URL("../docs/protocol.md", import.meta.url));

Deno.test("docs/protocol.md has clients in Deno, a browser and Python", () => {
  const languages = blocksOf("docs/protocol.md", protocol).map(({ language }) => language);

  for (const language of ["ts", "js", "python"]) assert(languages.includes(language), language);
});

for (const [language, runs] of [["ts", "in Deno"], ["js", "in a browser"]] as const) {
  Deno.test(`docs/protocol.md: the client ${runs} says hello and hears itself`, async () => {
    await using server = await startTestServer();
    const program = clientIn(language).replace("ws://localhost:8000", server.wsUrl);

    const heard = await firstLineOf(program, (line) => line.includes("hello from"));

    assertMatch(heard, /^(alice|bob): hello from (Deno|a browser)$/);
  });
}

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
  await using parrot = new Parrot(program);

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

  constructor(program: string) {
    this.#child = spawnProgram(program, { stdin: "piped" });
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
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

/** Runs a program until it prints a line that is wanted, and ends it. */
async function firstLineOf(program: string, isWanted: (line: string) => boolean): Promise<string> {
  await using child = spawnProgram(program);
  for await (const line of linesOf(child.stdout)) {
    if (isWanted(line)) return line;
  }
  return "";
}

Deno.test({
  name: "docs/protocol.md: the Python client is Python",
  ignore: !await hasPython(),
  async fn() {
    const { code, stderr } = await python(clientIn("python"));

    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(code, 0);
    assertNotEquals((await python("import import")).code, 0);
  },
});

/** The example client in a language. */
function clientIn(language: string): string {
  return blocksOf("docs/protocol.md", protocol).find((block) => block.language === language)!.text;
}

/** Compiles a program without running it. */
function python(program: string): Promise<Deno.CommandOutput> {
  const script = `import ast; ast.parse(${JSON.stringify(program)})`;
  return new Deno.Command("python3", { args: ["-c", script] }).output();
}

async function hasPython(): Promise<boolean> {
  try {
    return (await python("")).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
