import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Dates } from "../../text/dates.ts";
import type { NameLookup } from "../../text/mentions.ts";

/** Facts shared by all rows of a timeline. A change renders all rows again. */
export interface RowFacts {
  readonly dates: Dates;
  /** Name of the other person in a private conversation, else null. */
  readonly peer: string | null;
  readonly ownName: string;
  /** Finds the person that a name in a message mentions. */
  readonly lookUp: NameLookup;
  readonly onMention: (name: string) => void;
}

/** Provided by the timeline. */
export const RowContext = createContext<RowFacts | null>(null);

/** The facts that the timeline provides. */
export function useRowFacts(): RowFacts {
  const facts = useContext(RowContext);
  if (facts === null) throw new TypeError("Cannot draw a row outside of a timeline");
  return facts;
}
