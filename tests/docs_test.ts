import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ARRIVALS, ARRIVALS_OF_ADDRESS } from "../core/admission.ts";
import { CLOSE_CODES } from "../core/close_codes.ts";
import { BAD_FRAMES } from "../core/connection.ts";
import { ERROR_SENTENCES } from "../core/errors.ts";
import { BURST, OUTBOX_LIMITS } from "../core/outbox.ts";
import { PACKET_RATES } from "../core/packet_budget.ts";
import { ClientFrame, LIMITS, parseClientFrame, ServerFrame } from "../core/protocol.ts";
import { MAX_HISTORY, MAX_RECOVERED_EVENTS } from "../core/recovery.ts";
import { NEW_CONVERSATIONS as begun, rateOfAddress } from "../core/send_limits.ts";
import { SETTINGS } from "../core/settings.ts";
import { type Block, blocksOf } from "./support/doc_blocks.ts";

const root = new URL("../", import.meta.url);
const protocol = await Deno.readTextFile(new URL("docs/protocol.md", root));

/** Every page of documentation: those beside the code, and those in `docs/`. */
async function* documents(): AsyncGenerator<URL> {
  for await (const { name } of Deno.readDir(root)) {
    if (/^[A-Z]+\.md$/.test(name)) yield new URL(name, root);
  }
  yield* pages(new URL("docs/", root));
}

async function* pages(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* pages(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith(".md")) yield new URL(entry.name, folder);
  }
}

async function allBlocks(): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const page of documents()) {
    blocks.push(...blocksOf(page.pathname.slice(root.pathname.length), await read(page)));
  }
  return blocks;
}

function read(file: URL): Promise<string> {
  return Deno.readTextFile(file);
}

/** The frames of a block: one over several lines, or one a line. */
function framesOf({ text }: Block): string[] {
  return isJson(text) ? [text] : text.trimEnd().split("\n");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Rows of the table under a heading, as the texts of their cells; the head left out. */
function tableUnder(heading: string, markdown: string): string[][] {
  const section = markdown.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!;
  const rows = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const frames = (await allBlocks())
  .filter(({ language, context }) =>
    language === "json" && /From the (client|server)/.test(context)
  )
  .flatMap((block) => framesOf(block).map((text) => ({ ...block, text })));

Deno.test("docs/protocol.md says of every frame whose it is", () => {
  const unsaid = blocksOf("docs/protocol.md", protocol)
    .filter(({ language, context }) =>
      language === "json" && !/From the (client|server)/.test(context)
    );

  assertEquals(unsaid, []);
  assert(frames.length > 30);
});

for (const { page, context, text } of frames) {
  const code = /refused with `(\w+)`/.exec(context)?.[1];
  if (code !== undefined) {
    Deno.test(`${page}: refused with ${code}: ${text.trim()}`, () => {
      const parsed = parseClientFrame(text);

      assertEquals(parsed.ok ? "accepted" : parsed.error.code, code);
    });
  } else if (context.includes("From the client")) {
    Deno.test(`${page}: a client may send ${text.trim()}`, () => {
      assert(parseClientFrame(text).ok);
    });
  } else {
    Deno.test(`${page}: the server sends ${text.trim()}`, () => {
      const frame = JSON.parse(text);

      // Nothing is stripped: every key that the page shows is one the schema knows.
      assertEquals(ServerFrame.parse(frame), frame);
    });
  }
}

Deno.test("docs/protocol.md shows every frame there is", () => {
  const shown = (side: string) =>
    new Set(
      frames.filter(({ context }) => context.includes(side) && !context.includes("refused"))
        .map(({ text }) => JSON.parse(text).type ?? "message"),
    );

  assertEquals(shown("From the client"), typesOf(ClientFrame));
  assertEquals(shown("From the server"), typesOf(ServerFrame));
});

function typesOf(union: typeof ClientFrame | typeof ServerFrame): Set<string> {
  const types = union.options.map(({ shape: { type } }) => "unwrap" in type ? type.unwrap() : type);
  return new Set(types.map(({ value }) => value));
}

Deno.test("docs/protocol.md words every error as the server does", () => {
  for (const { context, text } of frames) {
    const frame = context.includes("From the server") ? JSON.parse(text) : undefined;
    if (frame?.type !== "error") continue;
    const sentence: string = ERROR_SENTENCES[frame.code as keyof typeof ERROR_SENTENCES];

    assertEquals(frame.message, sentence.replace(/\{(\w+)\}/g, (_, key) => frame.params[key]));
  }
});

Deno.test("docs/protocol.md lists every error code with its sentence", () => {
  const listed = tableUnder("Errors", protocol).map(([code, sentence]) => [code, sentence]);

  assertEquals(
    listed,
    Object.entries(ERROR_SENTENCES).map(([code, sentence]) => [`\`${code}\``, sentence]),
  );
});

Deno.test("docs/protocol.md lists every close code, and whether to connect again", () => {
  const listed = tableUnder("Close codes", protocol).map((row) => row.slice(0, 3));

  assertEquals(
    listed,
    Object.values(CLOSE_CODES).map(({ code, reason, reconnect }) => [
      String(code),
      reason,
      reconnect ? "yes" : "no",
    ]),
  );
});

Deno.test("docs/protocol.md names the limits that hold", () => {
  const limits = new Map(tableUnder("Limits", protocol).map(([what, much]) => [what!, much!]));
  const rate = { perSecond: Number(SETTINGS.rate.default), burst: Number(SETTINGS.burst.default) };
  const messagesOfAddress = rateOfAddress(rate, Number(SETTINGS.maxPerAddress.default));
  const expected: [what: string, limit: number][] = [
    ["packet from a client", LIMITS.frameBytes],
    ["message", LIMITS.messageLength],
    ["bad frames", BAD_FRAMES.burst],
    ["packets of a connection", PACKET_RATES.connection.burst],
    ["packets of a connection", PACKET_RATES.connection.perSecond],
    ["packets of an address", PACKET_RATES.address.burst],
    ["packets of an address", PACKET_RATES.address.perSecond],
    ["arrivals from an address", ARRIVALS_OF_ADDRESS.burst * 100],
    ["arrivals from an address", ARRIVALS_OF_ADDRESS.perSecond * 100],
    ["arrivals", ARRIVALS.burst],
    ["arrivals", ARRIVALS.perSecond],
    ["messages replayed by a resume", MAX_RECOVERED_EVENTS],
    ["messages asked for as `history`", MAX_HISTORY],
    ["bytes waiting for a slow reader", OUTBOX_LIMITS.maxBytes / 1024],
    ["bytes waiting for a slow reader", BURST.ms / 1000],
    ["bytes waiting for a slow reader", BURST.times * OUTBOX_LIMITS.maxBytes / 1024],
    ["bytes waiting for a slow reader", OUTBOX_LIMITS.stallMs / 1000],
    ["messages of an account", rate.burst],
    ["messages of an account", rate.perSecond],
    ["messages of an address", messagesOfAddress.burst],
    ["messages of an address", messagesOfAddress.perSecond],
    ["new conversations of an account without a passphrase", begun.account.burst],
    ["new conversations of an account without a passphrase", begun.account.perSecond * 60],
    ["new conversations of such accounts with one person", begun.recipient.burst],
    ["new conversations of such accounts with one person", begun.recipient.perSecond * 60],
    ["new conversations from an address", begun.address.burst],
    ["new conversations from an address", begun.address.perSecond * 60],
  ];

  for (const [what, limit] of expected) {
    assertStringIncludes(limits.get(what)!, limit.toLocaleString("en"), what);
  }
});

Deno.test("the documentation links only to files and headings that exist", async () => {
  const broken: string[] = [];
  for await (const page of documents()) {
    for (const [, target] of (await read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (!/^[a-z]+:/.test(target!) && !await leadsSomewhere(target!, page)) {
        broken.push(`${page.pathname.slice(root.pathname.length)}: ${target}`);
      }
    }
  }

  assertEquals(broken, []);
});

Deno.test("docs/architecture.md names only files that exist", async () => {
  const text = await read(new URL("docs/architecture.md", root));
  const files: string[] = [];
  for (const folder of ["core", "routes", "static"]) files.push(...await filesUnder(folder));

  const named = [...text.matchAll(/`([\w/]+\.tsx?)`/g)].map(([, name]) => name!);
  const known = ["main.ts", ...files];
  const missing = named.filter((name) => !known.some((file) => isAt(name, file)));

  assert(named.length > 30);
  assertEquals(missing, []);
});

Deno.test("decisions are numbered one after the other, in their names and titles", async () => {
  const names = (await filesUnder("docs/decisions")).map((path) => path.split("/").pop()!).sort();
  const titles = await Promise.all(names.map(async (name) => {
    const [title = ""] = (await read(new URL(`docs/decisions/${name}`, root))).split("\n");
    return Number(/^# (\d+)\. /.exec(title)?.[1]);
  }));

  assertEquals(names.map((name) => Number.parseInt(name)), names.map((_, i) => i + 1));
  assertEquals(titles, names.map((_, i) => i + 1));
});

/** Paths of all files in a folder and those below it. */
async function filesUnder(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, root))) {
    if (isDirectory) files.push(...await filesUnder(`${folder}/${name}`));
    else files.push(`${folder}/${name}`);
  }
  return files;
}

/** Whether a file goes by a name, with or without its folder. */
function isAt(name: string, file: string): boolean {
  return file === name || file.endsWith(`/${name}`);
}

async function leadsSomewhere(target: string, page: URL): Promise<boolean> {
  const [path, anchor] = target.split("#");
  const file = path === "" ? page : new URL(path!, page);
  const text = await read(file).catch(() => undefined);
  if (text === undefined) return await Deno.stat(file).then(() => true, () => false);
  return anchor === undefined || headingAnchors(text).has(anchor);
}

function headingAnchors(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
    ),
  );
}
