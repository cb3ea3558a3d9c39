import { useMemo, useRef } from "preact/hooks";
import { findByName } from "../../model/presence.ts";
import { likelyNames } from "../../model/selectors.ts";
import { activeConversation, type State } from "../../model/state.ts";
import type { Dates } from "../../text/dates.ts";
import { lookUpIn, type NameLookup } from "../../text/mentions.ts";
import { useDispatch } from "../context.ts";
import type { RowFacts } from "../message/row_context.ts";

/**
 * What rows know. While people come and go it stays the same: a message isn't read again because
 * somebody is there now whom it may have meant.
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

/** Finds oneself, and whoever else may be meant. */
function lookUpOf(state: State): NameLookup {
  const names = likelyNames(state);
  const known = lookups.get(names) ?? lookUpIn([...names, state.self?.username ?? ""]);
  lookups.set(names, known);
  return known;
}
