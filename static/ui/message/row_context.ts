import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Dates } from "../../text/dates.ts";
import type { NameLookup } from "../../text/mentions.ts";

/** What the rows of a timeline know besides their messages; with another one, all are drawn again. */
export interface RowFacts {
  readonly dates: Dates;
  /** Name of the other person in a private conversation, else null. */
  readonly peer: string | null;
  readonly ownName: string;
  /** Finds whom a message mentions. */
  readonly lookUp: NameLookup;
  readonly onMention: (name: string) => void;
}

/** Provided by the timeline. */
export const RowContext = createContext<RowFacts | null>(null);

/** What the timeline provides. */
export function useRowFacts(): RowFacts {
  const facts = useContext(RowContext);
  if (facts === null) throw new TypeError("Cannot draw a row outside of a timeline");
  return facts;
}
