import { assertEquals, assertNotEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { digestLog } from "../../core/sqlite_digest.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { digestAfter, idOf, logOf, makeFullLog } from "../support/full_log.ts";
import type { DataFolder } from "../support/test_log.ts";

type Column = readonly [table: string, column: string];
const of = (table: string, ...columns: string[]) => columns.map((name): Column => [table, name]);

/** Columns whose value changes the digest. */
const COVERED: readonly Column[] = [
  ...of("names", "key", "owner"),
  ...of("accounts", "public_id", "username", "name", "kind", "role", "state", "created_at"),
  ...of("accounts", "passphrase"),
  ...of("erasures", "account", "seq", "at"),
  ...of("sessions", "id", "account"),
  ...of("conversations", "public_id", "kind"),
  ...of("members", "conversation", "account"),
  ...of("events", "seq", "at", "kind", "conversation", "author", "author_name", "recipient"),
  ...of("events", "recipient_name", "text", "key"),
  ...of("acks", "author", "key", "seq", "at", "conversation", "recipient", "content"),
  ...of("reads", "account", "conversation", "seq"),
];
/** Columns whose value doesn't. */
const LEFT_OUT: readonly Column[] = [
  ...of("meta", "epoch", "secret", "last_seq", "pruned_up_to", "events", "owner", "log_time"),
  ...of("meta", "noted_at", "last_id"),
  ...of("accounts", "seen_at"),
  ...of("members", "newest"),
  ...of("waiting", "seq", "author", "recipient", "is_delivered"),
  ...of("hours", "hour", "first_seq", "last_seq"),
  ...of("marks", "log_time", "seq"),
];
/** Row ids and what refers to them: they may change together, and only so. */
const ROW_IDS: Readonly<Record<string, readonly Column[]>> = {
  accounts: [
    ...of("names", "owner"),
    ...of("sessions", "account"),
    ...of("members", "account"),
    ...of("events", "author", "recipient"),
    ...of("acks", "author", "recipient"),
    ...of("waiting", "author", "recipient"),
    ...of("reads", "account"),
  ],
  names: of("accounts", "name"),
  conversations: ["members", "events", "acks", "reads"].flatMap((t) => of(t, "conversation")),
};
/** `meta` allows no other. */
const FIXED: readonly Column[] = of("meta", "id");

/** The row of each table to change. */
const ROWS: Readonly<Record<string, string>> = {
  meta: "TRUE",
  names: "key = 'ann'",
  accounts: "username = 'ann'",
  erasures: `account = (SELECT public_id FROM accounts WHERE username = 'cy')`,
  sessions: `account = ${idOf("ann")}`,
  conversations: "kind = 'private'",
  members: `account = ${idOf("ann")}`,
  events: `recipient IS NOT NULL AND author = ${idOf("ann")}`,
  acks: "seq = 1",
  waiting: `author = ${idOf("bob")}`,
  reads: `account = ${idOf("bob")}`,
  hours: "hour = (SELECT min(hour) FROM hours)",
  marks: "log_time = (SELECT min(log_time) FROM marks)",
};

/** Every column of a log's tables, with its type. */
function columnsOf(folder: DataFolder): ReadonlyMap<string, string> {
  const db = new DatabaseSync(logOf(folder), { readOnly: true });
  const rows = db.prepare(
    `SELECT s.name || '.' || c.name AS name, c.type FROM sqlite_schema s, pragma_table_info(s.name) c
     WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'`,
  ).all();
  db.close();
  return new Map(rows.map(({ name, type }) => [String(name), String(type)]));
}

/** A statement that gives a column of one row another value. */
function change([table, column]: Column, type: string): string {
  const parent = Object.entries(ROW_IDS).find(([, columns]) =>
    columns.some((other) => other.join() === `${table},${column}`)
  )?.[0];
  const values: Readonly<Record<string, string>> = {
    TEXT: column === "kind" && table === "accounts" ? "'guest'" : `coalesce(${column}, '') || 'x'`,
    INTEGER: parent
      ? `(SELECT max(o.id) FROM ${parent} o WHERE o.id IS NOT ${column})`
      : `coalesce(${column}, 0) + 100`,
    BLOB: "x'00'",
  };
  return `UPDATE ${table} SET ${column} = ${values[type]} WHERE ${ROWS[table]}`;
}

Deno.test("the tests of digestLog() know every column there is", async () => {
  await using folder = await makeFullLog();
  const rowIds = Object.keys(ROW_IDS).map((table): Column => [table, "id"]);
  const known = [...COVERED, ...LEFT_OUT, ...rowIds, ...FIXED].map((column) => column.join("."));

  assertEquals(known.toSorted(), [...columnsOf(folder).keys()].toSorted());
  assertEquals(verifyLog(folder.path).problems, []);
});

Deno.test("digestLog() changes with every value it covers, and with every row", async () => {
  await using folder = await makeFullLog();
  const [types, digest] = [columnsOf(folder), digestLog(folder.path)];

  for (const column of COVERED) {
    const changed = await digestAfter(folder, change(column, types.get(column.join("."))!));
    assertNotEquals(changed, digest, `${column.join(".")} is not covered`);
    assertNotEquals(changed.at(-1), digest.at(-1), `${column.join(".")} is not in the total`);
  }
  for (const table of new Set(COVERED.map(([table]) => table))) {
    const changed = await digestAfter(folder, `DELETE FROM ${table} WHERE ${ROWS[table]}`);
    assertNotEquals(changed, digest, `a missing row of ${table} is not noticed`);
  }
});

Deno.test("digestLog() doesn't change with the values it leaves out", async () => {
  await using folder = await makeFullLog();
  const [types, digest] = [columnsOf(folder), digestLog(folder.path)];

  for (const column of LEFT_OUT) {
    const sql = change(column, types.get(column.join("."))!);
    assertEquals(await digestAfter(folder, sql), digest, `${column.join(".")} is covered`);
  }
});

Deno.test("digestLog() is the same when all rows have other ids, in another order", async () => {
  await using folder = await makeFullLog();
  const flip = ([table, column]: Column) => `UPDATE ${table} SET ${column} = 9999 - ${column}`;
  const columns = Object.entries(ROW_IDS).flatMap(([table, refs]) => [...of(table, "id"), ...refs]);

  const digest = await digestAfter(folder, columns.map(flip).join("; "));

  assertEquals(digest, digestLog(folder.path));
});
