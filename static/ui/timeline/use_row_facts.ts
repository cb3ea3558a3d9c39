import { useMemo, useRef } from "preact/hooks";
import { findByName } from "../../model/presence.ts";
import { likelyNames } from "../../model/selectors.ts";
import { activeConversation, type State } from "../../model/state.ts";
import type { Dates } from "../../text/dates.ts";
import { lookUpIn, type NameLookup } from "../../text/mentions.ts";
import { useDispatch } from "../context.ts";
import type { RowFacts } from "../message/row_context.ts";

/**
 * Facts shared by all rows. They stay the same while people join and leave, or each of them would
 * render all rows again.
 */
export function useRowFactsOf(state: State, dates: Dates): RowFacts {
  const dispatch = useDispatch();
  const latest = useRef(state);
  latest.current = state;
  const { address } = activeConversation(state);
  const peer = address.kind === "direct" ? address.username : null;
  const ownName = state.self?.username ?? "";
  return useMemo(() => ({
    dates,
    peer,
    ownName,
    lookUp: (typed) => lookUpOf(latest.current)(typed),
    onMention(username) {
      const known = findByName(latest.current.presence, username);
      dispatch({ type: "open_person", person: known ?? { username, account: null } });
    },
  }), [dates, peer, ownName, state.active]);
}

const lookups = new WeakMap<readonly string[], NameLookup>();

/** Finds the reader and everyone who may be mentioned. */
function lookUpOf(state: State): NameLookup {
  const names = likelyNames(state);
  const known = lookups.get(names) ?? lookUpIn([...names, state.self?.username ?? ""]);
  lookups.set(names, known);
  return known;
}
