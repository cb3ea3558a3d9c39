import { findTerms, foldText, matcherOf } from "./search_match.ts";
import type { SearchQuery, SearchTerm } from "./search_query.ts";
import { quote, scopeToken, trigramLookups, wordLookups } from "./search_tokens.ts";
import { snippetOf } from "./snippet.ts";
import type { Params, Query, SqliteDatabase } from "./sqlite_database.ts";
import { LOBBY_ROW } from "./sqlite_schema.ts";
import type { IndexName, SqliteSearchIndex } from "./sqlite_search_index.ts";
import { EVENT_COLUMNS, EVENT_JOINS, eventOf, type EventRow, isKeptSql } from "./sqlite_views.ts";
import type { SearchHit, SearchPage, StoreSearch } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/**
 * Time that one search may take, in milliseconds. The clock is read between two messages, so a walk
 * through the lists of an index comes on top (see `MAX_LOOKUPS` in `search_tokens.ts`).
 */
const MAX_SEARCH_MS = 150;
/**
 * Messages that are looked at however long it takes, so that each search gets somewhere. A long one
 * takes up to 1 ms, and ten times that where the processor is much in demand.
 */
const MIN_LOOKED_AT = 20;
/** Most candidates read at a time. */
const MAX_CHUNK = 500;
/** Of two indexes that could name the candidates the smaller one does; counting ends here. */
const MAX_COUNTED = 500;
const HOUR_MS = 3_600_000;

/** What a search asks for, by rows of the log. */
interface Wanted {
  /** Row of the account that asks. */
  readonly me: number | undefined;
  /** Rows of the conversations that `in:` names; absent when it isn't there. */
  readonly places: ReadonlySet<number> | undefined;
  /** Row of the name that `from:` names. */
  readonly name: number | undefined;
}

/** Positions between which the asked time lies, both exclusive, and the time itself. */
interface Range extends Params {
  readonly after: number;
  readonly before: number;
  readonly afterAt: number;
  readonly beforeAt: number;
}

/** A message that may be a hit, with the rows of its conversation and of its author's name. */
interface CandidateRow extends EventRow {
  readonly place: number;
  readonly name: number;
}

/** A part of the log, and where the candidates in it come from. */
interface Span {
  readonly after: number;
  readonly before: number;
  /** Gives the next positions, the newest first. */
  readonly find: (range: { after: number; before: number }, limit: number) => number[];
}

/**
 * Finds messages, the newest first. Where the indexes cover the log they name the candidates, and
 * elsewhere all messages are candidates; each is compared with the query as it stands in the log.
 */
export class SqliteSearch {
  #index: SqliteSearchIndex;
  #monotonic: () => number;
  #log: Query<{ epoch: string; lastSeq: number }>;
  #positions: Query<{ seq: number }>;
  #candidates: Query<CandidateRow>;
  #account: Query<{ id: number }>;
  #name: Query<{ id: number }>;
  #conversationsWith: Query<{ id: number }>;
  #after: Query<{ seq: number | null }>;
  #before: Query<{ seq: number | null }>;

  /** @param monotonic Milliseconds since some fixed moment. */
  constructor(db: SqliteDatabase, index: SqliteSearchIndex, monotonic: () => number) {
    this.#index = index;
    this.#monotonic = monotonic;
    this.#log = db.prepare("SELECT epoch, last_seq AS lastSeq FROM meta");
    this.#positions = db.prepare(
      `SELECT seq FROM events WHERE seq > :after AND seq < :before
       ORDER BY seq DESC LIMIT :limit`,
    );
    this.#candidates = db.prepare(CANDIDATES_SQL);
    this.#account = db.prepare("SELECT id FROM accounts WHERE public_id = :account");
    this.#name = db.prepare("SELECT id FROM names WHERE key = :key");
    this.#conversationsWith = db.prepare(
      `SELECT m.conversation AS id FROM members m
       LEFT JOIN members o ON o.conversation = m.conversation AND o.account <> m.account
       JOIN accounts p ON p.id = coalesce(o.account, m.account)
       WHERE m.account = :me AND p.name = (SELECT id FROM names WHERE key = :key)`,
    );
    this.#after = db.prepare("SELECT min(first_seq) AS seq FROM hours WHERE hour >= :hour");
    this.#before = db.prepare("SELECT max(last_seq) AS seq FROM hours WHERE hour <= :hour");
  }

  search({ account, query, before, limit }: StoreSearch): SearchPage {
    const wanted = this.#wantedBy(account, query);
    if (!wanted) return { hits: [] };
    const range = this.#rangeOf(query, before);
    const isHit = hitTest(query.terms, wanted);
    const isTimeUp = this.#startTimer();
    const hits: SearchHit[] = [];
    for (const positions of this.#chunks(query.terms, wanted, range, limit)) {
      for (const row of this.#read(positions, wanted, range)) {
        if (hits.length === limit) return { hits };
        if (isTimeUp()) return { hits, stoppedAt: row.seq + 1 };
        if (isHit(row)) hits.push(hitOf(row, query.terms));
      }
      if (hits.length === limit) return { hits };
      if (isTimeUp()) return { hits, stoppedAt: positions.at(-1)! };
    }
    return { hits };
  }

  /** Starts a search's time; what it returns is to be asked before each message. */
  #startTimer(): () => boolean {
    const deadline = this.#monotonic() + MAX_SEARCH_MS;
    let lookedAt = 0;
    return () => ++lookedAt > MIN_LOOKED_AT && this.#monotonic() > deadline;
  }

  /** Nothing when no message can be wanted: the query names what isn't there or isn't the asker's. */
  #wantedBy(account: string | undefined, query: SearchQuery): Wanted | undefined {
    const me = account === undefined ? undefined : this.#account.get({ account })?.id;
    const places = this.#placesOf(query, me);
    const isNothing = query.terms.some(({ text }) => foldText(text) === "");
    if (isNothing || places?.size === 0) return undefined;
    if (query.from === undefined) return { me, places, name: undefined };
    const name = this.#name.get({ key: usernameKey(query.from) })?.id;
    return name === undefined ? undefined : { me, places, name };
  }

  #placesOf(query: SearchQuery, me: number | undefined): Set<number> | undefined {
    if (query.in === undefined) return undefined;
    if (query.in === "lobby") return new Set([LOBBY_ROW]);
    if (me === undefined) return new Set();
    const rows = this.#conversationsWith.all({ me, key: usernameKey(query.in) });
    return new Set(rows.map(({ id }) => id));
  }

  #rangeOf(query: SearchQuery, before = Number.MAX_SAFE_INTEGER): Range {
    const hourOf = (at: number) => Math.floor(at / HOUR_MS);
    const until = query.before === undefined
      ? before - 1
      : this.#before.get({ hour: hourOf(query.before) })?.seq ?? 0;
    const from = query.after === undefined
      ? 0
      : this.#after.get({ hour: hourOf(query.after) })?.seq ?? before;
    return {
      after: from - 1,
      before: Math.min(before, until + 1),
      afterAt: query.after ?? Number.MIN_SAFE_INTEGER,
      beforeAt: query.before ?? Number.MAX_SAFE_INTEGER,
    };
  }

  /** Positions of candidates, the newest first, few at a time at the beginning. */
  *#chunks(
    terms: readonly SearchTerm[],
    wanted: Wanted,
    range: Range,
    limit: number,
  ): Generator<number[]> {
    let size = limit;
    for (const { after, before, find } of this.#spansOf(terms, wanted, range)) {
      for (let from = before; from > after + 1;) {
        const positions = find({ after, before: from }, size);
        if (positions.length === 0) break;
        yield positions;
        from = positions.at(-1)!;
        size = Math.min(MAX_CHUNK, size * 2);
      }
    }
  }

  /** What is newer than the indexes, what they cover, and what is older. */
  #spansOf(terms: readonly SearchTerm[], wanted: Wanted, { after, before }: Range): Span[] {
    const { first, last } = this.#index.coverage(this.#log.get()!);
    const fromLog: Span["find"] = (range, limit) =>
      this.#positions.all({ ...range, limit }).map(({ seq }) => seq);
    const covered = { after: Math.max(after, first - 1), before: Math.min(before, last + 1) };
    return [
      { after: Math.max(after, last), before, find: fromLog },
      { ...covered, find: this.#findIn(terms, wanted, covered) },
      { after, before: Math.min(before, first), find: fromLog },
    ];
  }

  /** Looks into whichever index has fewer candidates. */
  #findIn(
    terms: readonly SearchTerm[],
    wanted: Wanted,
    range: { after: number; before: number },
  ): Span["find"] {
    const scope = scopeMatch(wanted);
    const [words, trigrams] = [wordLookups(terms), trigramLookups(terms)];
    const matches = {
      words: [...words, scope].join(" AND "),
      trigrams: [...trigrams, scope].join(" AND "),
    };
    const count = (name: IndexName) => this.#index.count(name, matches[name], range, MAX_COUNTED);
    const name: IndexName = trigrams.length === 0
      ? "words"
      : words.length === 0 || count("trigrams") <= count("words")
      ? "trigrams"
      : "words";
    return (part, limit) => this.#index.find(name, matches[name], part, limit);
  }

  #read(positions: readonly number[], { me }: Wanted, { afterAt, beforeAt }: Range) {
    const list = JSON.stringify(positions);
    return this.#candidates.all({ list, me: me ?? null, afterAt, beforeAt });
  }
}

/** Only what the asker may see and in the asked time, whatever an index says. */
const CANDIDATES_SQL = `
SELECT ${EVENT_COLUMNS}, e.conversation AS place, a.name AS name
FROM events e ${EVENT_JOINS}
WHERE e.seq IN (SELECT value FROM json_each(:list))
  AND (e.conversation = ${LOBBY_ROW}
    OR (e.recipient IS NOT NULL AND :me IN (e.author, e.recipient)))
  AND e.at >= :afterAt AND e.at < :beforeAt AND ${isKeptSql("e.author")}
ORDER BY e.seq DESC`;

/** The part of an index's query that says whose and where. */
function scopeMatch({ me, places, name }: Wanted): string {
  const where = places ? [...places].map((id) => scopeToken("conversation", id)) : [
    scopeToken("conversation", LOBBY_ROW),
    ...(me === undefined ? [] : [scopeToken("participant", me)]),
  ];
  const scope = `scope : (${where.map(quote).join(" OR ")})`;
  return name === undefined ? scope : `${scope} AND scope : ${quote(scopeToken("author", name))}`;
}

function hitTest(
  terms: readonly SearchTerm[],
  { places, name }: Wanted,
): (row: CandidateRow) => boolean {
  const matches = matcherOf(terms);
  return (row) =>
    (places === undefined || places.has(row.place)) &&
    (name === undefined || row.name === name) &&
    matches(row.text);
}

function hitOf(row: EventRow, terms: readonly SearchTerm[]): SearchHit {
  return { event: eventOf(row), snippet: snippetOf(row.text, findTerms(row.text, terms) ?? []) };
}
