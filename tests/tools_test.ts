import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { publicly } from "./contracts/store_contract.ts";
import { runProgram, taskCommand } from "./support/program.ts";
import { DataFolder } from "./support/test_log.ts";

const ann = { account: "a_1", username: "ann" };

/** Runs `deno task TOOL …` without the task runner in between. */
async function tool(...args: string[]) {
  return await runProgram([...await taskCommand(args[0]!), ...args.slice(1)]);
}

async function makeLog(dataDir: string, texts: readonly string[]): Promise<void> {
  const folder = await DataFolder.make();
  const store = await folder.open({ dataDir });
  await store.append(texts.map((text) => publicly(ann, text)));
  await store.close();
  await folder[Symbol.asyncDispose]();
}

Deno.test("parley backup, restore and verify carry a log from one folder to another", async () => {
  await using folder = await DataFolder.make();
  const [one, two, file] = ["one", "two", "backup.db"].map((name) => `${folder.path}/${name}`);
  await makeLog(one!, ["hello"]);

  const backup = await tool("backup", file!, "--data", one!);
  const restore = await tool("restore", file!, `--data=${two}`);
  const verify = await tool("verify", "--data", two!);

  assertEquals([backup.code, restore.code, verify.code], [0, 0, 0], restore.stderr);
  assertMatch(backup.stderr, /Backed up the log to “.*backup\.db”/);
  assertEquals(verify.stdout, "The log is sound: 1 messages, the newest position is 1.\n");
  const again = await tool("restore", file!, "--data", two!);
  assertEquals([again.code, /already/.test(again.stderr)], [1, true]);
});

Deno.test("parley import says what is no export, and leaves nothing behind", async () => {
  await using folder = await DataFolder.make();
  const data = `${folder.path}/data`;
  await Deno.writeFile(`${folder.path}/image`, new Uint8Array(5000).fill(0xff));
  await Deno.writeTextFile(`${folder.path}/page`, "<!doctype html>\n");
  await Deno.writeTextFile(`${folder.path}/endless`, "x".repeat(2_000_000));

  for (const name of ["image", "page", "endless"]) {
    const { code, stdout, stderr } = await tool("import", `${folder.path}/${name}`, "--data", data);

    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^parley: This is not a Parley export, or it is damaged: [^\n]+\n$/);
  }
  await assertRejects(() => Deno.stat(data), Deno.errors.NotFound);
});

Deno.test("parley export and import go through a file or through standard input and output", async () => {
  await using folder = await DataFolder.make();
  const [one, two, file] = ["one", "two", "log.jsonl"].map((name) => `${folder.path}/${name}`);
  await makeLog(one!, ["hello", "東京"]);

  const printed = await tool("export", "--data", one!);
  const written = await tool("export", file!, "--data", one!);
  const imported = await tool("import", file!, "--data", two!);

  assertEquals([printed.code, written.code, imported.code], [0, 0, 0], imported.stderr);
  assertEquals(await Deno.readTextFile(file!), printed.stdout);
  assert(printed.stdout.includes('"text":"東京"'));
  assertEquals((await Deno.stat(file!)).mode! & 0o777, 0o600);
  assertEquals((await tool("export", file!, "--data", one!)).code, 1);
  assertEquals((await tool("verify", "--data", two!)).code, 0);
});

Deno.test("parley verify --digest prints the same hashes for logs with the same content", async () => {
  await using folder = await DataFolder.make();
  const [one, two, file] = ["one", "two", "log.jsonl"].map((name) => `${folder.path}/${name}`);
  await makeLog(one!, ["a text that is nobody’s business"]);
  await tool("export", file!, "--data", one!);
  await tool("import", file!, "--data", two!);

  const original = await tool("verify", "--digest", "--data", one!);
  const imported = await tool("verify", "--data", two!, "--digest");

  assertEquals([original.code, imported.code], [0, 0], imported.stderr);
  assertEquals(imported.stdout, original.stdout);
  const parts = "accounts|sessions|conversations|members|messages|ids|reads|total".split("|");
  const lines = parts.map((part) => `[0-9a-f]{64}  ${part}\n`);
  const size = "The log is sound: 1 messages, the newest position is 1\\.\n";
  assertMatch(original.stdout, new RegExp(`^${size}${lines.join("")}$`));
  assertEquals([original.stderr, imported.stderr], ["", ""]);
});

Deno.test("parley verify --digest hashes no damaged log", async () => {
  await using folder = await DataFolder.make();
  await makeLog(folder.path, ["hello"]);
  const db = new DatabaseSync(`${folder.path}/parley.db`);
  db.exec("UPDATE meta SET last_seq = 0");
  db.close();

  const { code, stdout } = await tool("verify", "--digest", "--data", folder.path);

  assertEquals(code, 1);
  assertMatch(stdout, /The log is damaged: [^\n]+\n$/);
});

Deno.test("parley verify ends with 1 when there is no sound log", async () => {
  await using folder = await DataFolder.make();

  const { code, stderr } = await tool("verify", "--data", folder.path);

  assertEquals([code, /There is no log at/.test(stderr)], [1, true]);
});

for (
  const [args, message] of [
    [["backup"], "backup needs a file: parley backup FILE."],
    [["verify", "file"], "Unexpected argument “file”."],
    [["backup", "a", "b"], "Unexpected argument “b”."],
    [["backup", "a", "--nope", "1"], "Unknown flag “--nope”; see --help."],
  ] as const
) {
  Deno.test(`parley ${args.join(" ")} is told wrong`, async () => {
    const { code, stderr } = await tool(...args);

    assertEquals([code, stderr], [2, `parley: ${message}\n`]);
  });
}
