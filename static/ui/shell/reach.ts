import type { Address } from "../../model/address.ts";
import { reachOf } from "../../model/selectors.ts";
import type { State } from "../../model/state.ts";
import { strings } from "../../text/strings.ts";

/** Describes who would receive a message now. */
export function describeReach(state: State, address: Address): string {
  const { header } = strings;
  const { online } = state.presence;
  switch (reachOf(state, address)) {
    case "everyone":
      return online === 1 ? header.alone : header.peopleOnline(online);
    case "self":
      return header.onlyYou;
    case "online":
      return header.online;
    case "offline":
      return header.offline;
    case "otherHolder":
      return header.otherHolder;
    case "unknown":
      return header.privateConversation;
  }
}
