import { assertNotEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { digestLog, type PartDigest } from "../../core/sqlite_digest.ts";
import type { Account, Store } from "../../core/store.ts";
import { privately, publicly, toAway } from "../contracts/store_contract.ts";
import { claimOf, DataFolder } from "./test_log.ts";

/** As `Passphrases.hash()` makes them. */
const HASH = `$scrypt$ln=15,r=8,p=3$${"s".repeat(22)}$${"k".repeat(43)}`;

/** SQL for the row id of an account. */
export const idOf = (username: string) =>
  `(SELECT id FROM accounts WHERE username = '${username}' ORDER BY id DESC LIMIT 1)`;

async function user(store: Store, username: string, sessionId?: string): Promise<Account> {
  const account = await store.claimName({ ...claimOf(username, sessionId), nameTtlMs: 0 });
  if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
  return account;
}

/** A log with rows in every table: two accounts are deleted, of one of which all is still there. */
export async function makeFullLog(): Promise<DataFolder> {
  const folder = await DataFolder.make();
  const store = await folder.open({ retention: { kind: "count", maxEvents: 7 } });
  const [ann, bob] = [await user(store, "ann"), await user(store, "bob")];
  const [cy, dan] = [await user(store, "cy"), await user(store, "dan")];
  await user(store, "eve");
  await user(store, "eve", "the session that takes a lapsed name");
  await store.setPassphrase(ann.account, HASH);
  await store.grantSession(bob.account, "another session of bob");
  await store.append([
    privately(ann, bob, "a kept id", "k1"),
    publicly({ account: "a_guest", username: "zed" }, "pruned, too", "k2"),
  ]);
  await store.append([
    publicly(ann, "hello “all”\n東京都 \u0000 😀", "k3"),
    privately(ann, bob, "psst", "k4"),
    toAway(bob, "ann", "for later"),
    publicly({ account: "a_guest", username: "zed" }, "hi from a guest", "k5"),
    publicly(cy, "erased", "k6"),
    publicly(dan, "to be erased", "k7"),
    privately(bob, dan, "stays", "k8"),
  ]);
  await store.prune(9);
  await store.markRead(ann.account, "lobby", 3);
  await store.markRead(dan.account, "lobby", 5);
  await store.closeAccount(cy.account);
  await store.eraseClosed();
  await store.closeAccount(dan.account);
  await store.close();
  return folder;
}

/** The database of a log. */
export const logOf = ({ path }: DataFolder) => `${path}/parley.db`;

/** The digest of a copy of a log, after some statements. */
export async function digestAfter(source: DataFolder, sql: string): Promise<PartDigest[]> {
  await using copy = await DataFolder.make();
  await Deno.copyFile(logOf(source), logOf(copy));
  const db = new DatabaseSync(logOf(copy), { enableForeignKeyConstraints: false });
  const before = db.prepare("SELECT total_changes() AS count").get()!["count"];
  db.exec(sql);
  const after = db.prepare("SELECT total_changes() AS count").get()!["count"];
  db.close();
  assertNotEquals(before, after, `nothing was changed by ${sql}`);
  return digestLog(copy.path);
}
