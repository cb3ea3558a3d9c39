import { useEffect, useRef, useState } from "preact/hooks";
import type { Timer } from "../../../core/clock.ts";
import type { SearchResult } from "../../app/actions.ts";
import { messageOf } from "../../text/error_message.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";

/** Pause in typing after which it is searched: the server allows two searches a second. */
const PAUSE_MS = 350;

/** The last query and its results. */
interface Findings {
  readonly asked: string;
  readonly results: readonly SearchResult[];
  readonly next: number | null;
  /** Progress or error, as a sentence; null once there is an answer. */
  readonly status: string | null;
}

/** State and actions of the search dialog. */
export interface Search {
  readonly query: string;
  readonly results: readonly SearchResult[];
  readonly status: string | null;
  /** Whether the results are those of a search. */
  readonly isDone: boolean;
  readonly hasMore: boolean;
  /** The query has changed: searches after a pause. */
  type(query: string): void;
  now(): Promise<void>;
  more(): Promise<void>;
}

const NOTHING: Findings = { asked: "", results: [], next: null, status: null };

/**
 * A search that follows the typing, and goes on page by page.
 *
 * @param command What a command asked to search for; empty if none did.
 */
export function useSearch(command: string): Search {
  const { ask, clock } = useUi();
  const [query, setQuery] = useState("");
  const [findings, show] = useState(NOTHING);
  const latest = useRef({ query, findings });
  latest.current = { query, findings };
  /** Rises with each search: answers to older ones count no more. */
  const generation = useRef(0);
  const pause = useRef<Timer | null>(null);
  useEffect(() => () => {
    pause.current?.cancel();
    generation.current++;
  }, []);

  const load = async (asked: string, before: readonly SearchResult[], next: number | null) => {
    const own = ++generation.current;
    show({ asked, results: before, next: null, status: strings.search.searching });
    try {
      const answer = await ask.search(asked, next ?? undefined);
      if (own !== generation.current) return;
      show({ asked, results: [...before, ...answer.results], next: answer.next, status: null });
    } catch (error) {
      if (own !== generation.current) return;
      const status = messageOf(error);
      show({ asked: "", results: before, next: null, status });
    }
  };
  useEffect(() => {
    if (command === "") return;
    setQuery(command);
    void load(command.trim(), [], null);
  }, [command]);
  const now = async () => {
    pause.current?.cancel();
    const asked = latest.current.query.trim();
    if (asked === latest.current.findings.asked) return;
    if (asked !== "") return await load(asked, [], null);
    generation.current++;
    show(NOTHING);
  };
  return {
    query,
    results: findings.results,
    status: findings.status,
    isDone: findings.asked !== "",
    hasMore: findings.next !== null,
    type(value: string) {
      setQuery(value);
      pause.current?.cancel();
      pause.current = clock.schedule(() => void now(), PAUSE_MS);
    },
    now,
    more: () => load(findings.asked, findings.results, findings.next),
  };
}
