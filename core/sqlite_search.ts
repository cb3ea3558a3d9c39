import { findTerms, holdsTerms, isSpaceless, matchingOf, MIN_ANYWHERE } from "./search_match.ts";
import type { SearchQuery, SearchTerm } from "./search_query.ts";
import { snippetOf } from "./snippet.ts";
import type { Params, Query, SqliteDatabase } from "./sqlite_database.ts";
import { LOBBY_ROW, SCOPE, scopeToken } from "./sqlite_schema.ts";
import { EVENT_COLUMNS, EVENT_JOINS, eventOf, type EventRow } from "./sqlite_views.ts";
import type { SearchHit, StoreSearch } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** Which index names the candidates of a search. */
type Index = "words" | "trigrams";

/** Most trigrams of one term that are looked up; its text is compared in any case. */
const MAX_TRIGRAMS = 6;
/** Candidates read at a time when some of them may turn out wrong. */
const CHUNK = 250;
/**
 * Most candidates read for one search, newest first. Only what no index finds exactly gets there:
 * an emoji, or a rare pairing of very common parts of words.
 */
const MAX_CANDIDATES = 5_000;
/** Of two indexes that could name the candidates the smaller one does; counting ends here. */
const MAX_COUNTED = 500;
const HOUR_MS = 3_600_000;

/** Messages that no index holds yet are read so many at a time, and at most so many in all. */
const NEWEST_CHUNK = 1_000;
const MAX_UNINDEXED = 20_000;

/** What the asker may see, in the asked time. */
const VISIBLE_SQL = `(e.conversation = ${LOBBY_ROW}
        OR (e.recipient IS NOT NULL AND :me IN (e.author, e.recipient)))
      AND e.at >= :afterAt AND e.at < :beforeAt`;

/** Positions and time between which a search looks, and who asks. */
interface Range extends Params {
  readonly after: number;
  readonly before: number;
  readonly afterAt: number;
  readonly beforeAt: number;
  readonly me: number | null;
}

/** An event that is read itself, with the rows of its conversation and of its author's name. */
interface NewestRow extends EventRow {
  readonly place: number;
  readonly author_name_id: number;
}

/** A message that an index names. */
interface Candidate {
  readonly seq: number;
  readonly text: string;
}

/** Finds messages by two full-text indexes. Each holds, beside the text, tokens of who may see it. */
export class SqliteSearch {
  #candidates: Record<Index, Query<Candidate>>;
  #event: Query<EventRow>;
  #indexed: Query<{ indexed_up_to: number }>;
  #newest: Query<NewestRow>;
  #count: Record<Index, Query<{ count: number }>>;
  #account: Query<{ id: number }>;
  #name: Query<{ id: number }>;
  #conversationsWith: Query<{ id: number }>;
  #after: Query<{ seq: number | null }>;
  #before: Query<{ seq: number | null }>;

  constructor(db: SqliteDatabase) {
    this.#candidates = {
      words: db.prepare(candidatesSql("words")),
      trigrams: db.prepare(candidatesSql("trigrams")),
    };
    this.#event = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM events e ${EVENT_JOINS} WHERE e.seq = :seq`,
    );
    this.#indexed = db.prepare("SELECT indexed_up_to FROM meta");
    this.#newest = db.prepare(
      `SELECT ${EVENT_COLUMNS}, e.conversation AS place, a.name AS author_name_id
       FROM events e ${EVENT_JOINS}
       WHERE e.seq > :after AND e.seq < :before AND ${VISIBLE_SQL}
       ORDER BY e.seq DESC LIMIT :limit`,
    );
    this.#count = {
      words: db.prepare(countSql("words")),
      trigrams: db.prepare(countSql("trigrams")),
    };
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

  search({ account, query, before, limit }: StoreSearch): SearchHit[] {
    const me = account === undefined ? undefined : this.#account.get({ account })?.id;
    const scope = this.#scopeOf(query, me);
    if (!scope) return [];
    const params = { ...this.#rangeOf(query, before), me: me ?? null };
    const indexedUpTo = this.#indexed.get()!.indexed_up_to;
    const newest = this.#searchNewest(query, {
      ...params,
      after: Math.max(params.after, indexedUpTo),
    }, limit);
    if (newest.length === limit) return newest;
    const indexed = { ...params, before: Math.min(params.before, indexedUpTo + 1) };
    const plan = this.#planOf(query.terms, scope, indexed);
    return [...newest, ...this.#collect(query.terms, plan, indexed, limit - newest.length)];
  }

  /** Reads the messages that no index holds yet, newest first. */
  #searchNewest(query: SearchQuery, params: Range, limit: number): SearchHit[] {
    const isWanted = this.#filterOf(query, params.me ?? undefined);
    const hits: SearchHit[] = [];
    let { before } = params;
    for (let read = 0; read < MAX_UNINDEXED && hits.length < limit; read += NEWEST_CHUNK) {
      const rows = this.#newest.all({ ...params, before, limit: NEWEST_CHUNK });
      for (const row of rows) {
        if (hits.length === limit) break;
        if (isWanted(row) && holdsTerms(row.text, query.terms)) hits.push(hitOf(row, query.terms));
      }
      if (rows.length < NEWEST_CHUNK) break;
      before = rows.at(-1)!.seq;
    }
    return hits;
  }

  /** What `in:` and `from:` ask of a message that is read itself. */
  #filterOf(query: SearchQuery, me: number | undefined): (row: NewestRow) => boolean {
    const places = this.#rowsOf(query, me);
    const name = query.from === undefined
      ? undefined
      : this.#name.get({ key: usernameKey(query.from) })?.id ?? null;
    return (row) =>
      (places === undefined || places.has(row.place)) &&
      (name === undefined || row.author_name_id === name);
  }

  /** Rows of the conversations that `in:` names; all when it is not there. */
  #rowsOf(query: SearchQuery, me: number | undefined): Set<number> | undefined {
    if (query.in === undefined) return undefined;
    if (query.in === "lobby") return new Set([LOBBY_ROW]);
    if (me === undefined) return new Set();
    const rows = this.#conversationsWith.all({ me, key: usernameKey(query.in) });
    return new Set(rows.map(({ id }) => id));
  }

  /** The part of the index's query that says whose and where; nothing when it can't match. */
  #scopeOf(query: SearchQuery, me: number | undefined): string | undefined {
    const places = this.#placesOf(query, me);
    if (places.length === 0) return undefined;
    const scope = `scope : (${places.map(quote).join(" OR ")})`;
    if (query.from === undefined) return scope;
    const name = this.#name.get({ key: usernameKey(query.from) });
    return name && `${scope} AND scope : ${quote(scopeToken(SCOPE.author, name.id))}`;
  }

  #placesOf(query: SearchQuery, me: number | undefined): string[] {
    const lobby = scopeToken(SCOPE.conversation, LOBBY_ROW);
    if (query.in === "lobby") return [lobby];
    if (query.in !== undefined) {
      if (me === undefined) return [];
      return this.#conversationsWith.all({ me, key: usernameKey(query.in) })
        .map(({ id }) => scopeToken(SCOPE.conversation, id));
    }
    return me === undefined ? [lobby] : [lobby, scopeToken(SCOPE.participant, me)];
  }

  /** Positions between which the asked time lies, by the hours; and the time itself. */
  #rangeOf(query: SearchQuery, before = Number.MAX_SAFE_INTEGER) {
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

  /** Which index names the candidates, by which query, and whether that alone decides. */
  #planOf(
    terms: readonly SearchTerm[],
    scope: string,
    { after, before }: { after: number; before: number },
  ) {
    const words = terms.filter((term) => matchingOf(term) === "words");
    const pairs = terms.filter((term) => isInPairs(term));
    const parts = terms.filter((term) => isInTrigrams(term));
    const inWords = [...words.map(wordsMatch), ...pairs.map(pairsMatch)];
    const byWords = { index: "words" as const, match: matchOf(scope, inWords) };
    const byParts = { index: "trigrams" as const, match: matchOf(scope, parts.map(partsMatch)) };
    if (parts.length === 0) return { ...byWords, isExact: words.length === terms.length };
    if (inWords.length === 0) return { ...byParts, isExact: false };
    const [w, p] = [byWords, byParts].map(({ index, match }) =>
      this.#count[index].get({ match, after, before, limit: MAX_COUNTED })!.count
    );
    return { ...(w! < p! ? byWords : byParts), isExact: false };
  }

  #collect(
    terms: readonly SearchTerm[],
    { index, match, isExact }: { index: Index; match: string; isExact: boolean },
    params: Params & { before: number },
    limit: number,
  ): SearchHit[] {
    const hits: SearchHit[] = [];
    const chunk = isExact ? limit : Math.max(limit, CHUNK);
    let { before } = params;
    for (let read = 0; read < MAX_CANDIDATES && hits.length < limit; read += chunk) {
      const rows = this.#candidates[index].all({ ...params, match, before, limit: chunk });
      for (const { seq, text } of rows) {
        if (hits.length === limit || !(isExact || holdsTerms(text, terms))) continue;
        hits.push(hitOf(this.#event.get({ seq })!, terms));
      }
      if (rows.length < chunk) break;
      before = rows.at(-1)!.seq;
    }
    return hits;
  }
}

/**
 * The index's newest first, and only what the asker may see, whatever the index says. A number is
 * bound as a fraction, which the index takes for no bound at all: hence the casts.
 */
function candidatesSql(index: Index): string {
  return `SELECT e.seq, e.text FROM ${index} f CROSS JOIN events e ON e.seq = f.rowid
    WHERE ${index} MATCH :match AND ${rangeSql("f.rowid")}
      AND ${VISIBLE_SQL}
    ORDER BY f.rowid DESC LIMIT :limit`;
}

function countSql(index: Index): string {
  return `SELECT count(*) AS count FROM (SELECT 1 FROM ${index}
    WHERE ${index} MATCH :match AND ${rangeSql("rowid")} LIMIT :limit)`;
}

function rangeSql(rowid: string): string {
  return `${rowid} > CAST(:after AS INTEGER) AND ${rowid} < CAST(:before AS INTEGER)`;
}

function isInTrigrams(term: SearchTerm): boolean {
  return matchingOf(term) === "anywhere" && [...term.text].length >= MIN_ANYWHERE;
}

/** Too short for the trigrams, in a script of short words. */
function isInPairs(term: SearchTerm): boolean {
  return isSpaceless(term) && !isInTrigrams(term);
}

function matchOf(scope: string, terms: readonly string[]): string {
  return [...terms, scope].join(" AND ");
}

function wordsMatch({ text }: SearchTerm): string {
  return `text : ${quote(text)}`;
}

/** A pair, or all that begin with one character. */
function pairsMatch({ text }: SearchTerm): string {
  return `pairs : ${quote(text)}${[...text].length === 1 ? " *" : ""}`;
}

/** Trigrams of a term, spread over all of it. */
function partsMatch({ text }: SearchTerm): string {
  const characters = [...text];
  const count = characters.length - MIN_ANYWHERE + 1;
  const step = Math.max(1, Math.ceil(count / MAX_TRIGRAMS));
  const trigrams: string[] = [];
  for (let at = 0; at < count; at += step) {
    trigrams.push(quote(characters.slice(at, at + MIN_ANYWHERE).join("")));
  }
  return `text : (${trigrams.join(" AND ")})`;
}

/** A string of the index's language: nothing in it is syntax. */
function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function hitOf(row: EventRow, terms: readonly SearchTerm[]): SearchHit {
  return { event: eventOf(row), snippet: snippetOf(row.text, findTerms(row.text, terms) ?? []) };
}
