import type { Command } from "../core/config.ts";
import { randomIds } from "../core/ids.ts";
import { backupLog, type OnProgress, restoreLog } from "../core/sqlite_backup.ts";
import { digestLine, digestLog } from "../core/sqlite_digest.ts";
import { exportLog } from "../core/sqlite_export.ts";
import { ImportError, importLog } from "../core/sqlite_import.ts";
import { verifyLog } from "../core/sqlite_verify.ts";
import { StoreOpenError } from "../core/store.ts";
import { writeLine } from "./lines.ts";

/** A tool to be run, with its file and the settings. */
export type ToolCommand = Extract<Command, { kind: "tool" }>;

/** How often long work says how far it is. */
const PROGRESS_MS = 1000;
/** Longest line of an export, in UTF-16 units: many times what a message takes. */
const MAX_LINE = 1_000_000;
const NO_EXPORT = "This is not a Parley export, or it is damaged";
/** Files that hold what people said are for their owner alone. */
const PRIVATE = { createNew: true, write: true, mode: 0o600 } as const;

/**
 * Runs a tool to its end, telling on standard error how far it is, and what it did.
 *
 * @returns Whether everything is well; only `verify` may find that it isn't.
 * @throws {StoreOpenError} And other errors that stop it.
 */
export async function runTool(command: ToolCommand): Promise<boolean> {
  const { tool, file = "", isDigested, config: { dataDir } } = command;
  const onProgress = tellProgress(tool);
  switch (tool) {
    case "backup":
      await backupLog(dataDir, file, onProgress);
      return tell(`Backed up the log to “${file}”.`);
    case "restore":
      await restoreLog(file, dataDir, newIdentity(), onProgress);
      return tell(`Restored the log to “${dataDir}”, with a new epoch.`);
    case "export":
      return await exportTo(file, dataDir, onProgress);
    case "import":
      return await importFrom(file, dataDir, onProgress);
    case "verify":
      return verify(dataDir, isDigested, onProgress);
  }
}

async function exportTo(file: string, dataDir: string, onProgress: OnProgress): Promise<boolean> {
  const encoder = new TextEncoder();
  const output = file === "" ? Deno.stdout : await openNew(file);
  const writer = output.writable.getWriter();
  await exportLog(dataDir, (text) => writer.write(encoder.encode(text)), onProgress);
  await writer.close();
  return tell("Export complete. It includes private messages: protect it like the log itself.");
}

async function openNew(file: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(file, PRIVATE);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    const message = `“${file}” already exists and was left unchanged.`;
    throw new StoreOpenError("exists", message, { cause });
  }
}

async function importFrom(file: string, dataDir: string, onProgress: OnProgress) {
  const input = file === "" ? Deno.stdin : await Deno.open(file);
  const count = await importLog(linesOf(input.readable), dataDir, newIdentity(), onProgress);
  return tell(`Imported ${count} records into “${dataDir}”, with a new epoch.`);
}

function verify(dataDir: string, isDigested: boolean, onProgress: OnProgress): boolean {
  const { events, lastSeq, problems } = verifyLog(dataDir, onProgress);
  for (const problem of problems) writeLine(Deno.stdout, problem);
  const verdict = problems.length === 0 ? "sound" : "damaged";
  const size = `${events} messages, the newest position is ${lastSeq}`;
  writeLine(Deno.stdout, `The log is ${verdict}: ${size}.`);
  if (problems.length > 0) return false;
  if (isDigested) printDigest(dataDir);
  return true;
}

function printDigest(dataDir: string): void {
  const digests = digestLog(dataDir, tellProgress("digest"));
  for (const digest of digests) writeLine(Deno.stdout, digestLine(digest));
}

async function* linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<string> {
  let rest = "";
  for await (const part of textOf(bytes)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) throw new ImportError(`${NO_EXPORT}: a line is too long.`);
    yield* lines;
  }
  if (rest !== "") yield rest;
}

async function* textOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<string> {
  try {
    yield* bytes.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  } catch (cause) {
    // The decoder's own error; others of reading are the system's.
    if (!(cause instanceof TypeError)) throw cause;
    throw new ImportError(`${NO_EXPORT}: it is not UTF-8 text.`, { cause });
  }
}

function newIdentity() {
  return { epoch: randomIds.epoch(), secret: crypto.getRandomValues(new Uint8Array(32)) };
}

function tellProgress(tool: string): OnProgress {
  let toldAt = performance.now();
  return (done, total) => {
    if (performance.now() - toldAt < PROGRESS_MS) return;
    toldAt = performance.now();
    tell(`${tool}: ${total > 0 ? `${Math.floor(done / total * 100)}%` : `${done} lines`}`);
  };
}

function tell(text: string): true {
  writeLine(Deno.stderr, `parley: ${text}`);
  return true;
}
