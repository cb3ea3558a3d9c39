import { assert } from "@std/assert";
import { createLog, type Log } from "../../core/log.ts";
import { SqliteStore, type SqliteStoreOptions } from "../../core/store_sqlite.ts";
import { ManualClock } from "./manual_clock.ts";

/** A log that says nothing. */
export function silentLog(): Log {
  return createLog({ level: "error", format: "json", clock: new ManualClock(), write: () => {} });
}

/** A temporary folder for a log, removed at the end. */
export class DataFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<DataFolder> {
    return new DataFolder(await Deno.makeTempDir());
  }

  /** Opens a store in it, in this thread. */
  open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
    const defaults = { dataDir: this.path, clock: new ManualClock(), log: silentLog() };
    return SqliteStore.open({ ...defaults, inWorkers: false, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A claim of a name by a session of its own, which lapses never. */
export function claimOf(
  username: string,
  sessionId: string | undefined = `session of ${username}`,
) {
  return { username, nameKey: username, sessionId, nameTtlMs: 1e12 };
}

/** Looks into every file of a folder for a text, and for a part of it. */
export async function assertNowhere(folder: string, text: string): Promise<void> {
  for (const { name } of Deno.readDirSync(folder)) {
    const content = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${name}`));
    assert(!content.includes(text), `${name} holds “${text}”`);
    assert(!content.includes(text.slice(1, 6)), `${name} holds a part of “${text}”`);
  }
}
