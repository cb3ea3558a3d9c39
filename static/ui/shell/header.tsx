/// <reference lib="dom" />
import type { RefObject } from "preact";
import { LOBBY } from "../../model/conversation.ts";
import { conversationName, reachOf, unreadElsewhere } from "../../model/selectors.ts";
import { activeConversation, type State } from "../../model/state.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Badge } from "../shared/badge.tsx";
import { Icon } from "../shared/icon.tsx";
import { LevelButton } from "./level_button.tsx";
import { describeReach } from "./reach.ts";

interface HeaderProps {
  readonly state: State;
  readonly opener: RefObject<HTMLButtonElement | null>;
}

/** Title of the conversation, who is in it, and buttons. */
export function Header({ state, opener }: HeaderProps) {
  const conversation = activeConversation(state);
  const { address } = conversation;
  const isDirect = address.kind === "direct";
  return (
    <header class="conversation__header">
      <DrawerButton state={state} opener={opener} />
      {isDirect && <Icon name="lock" class="conversation__lock" />}
      <div class="conversation__names">
        <h1 id="conversation-title" class="conversation__title" dir="auto" tabIndex={-1}>
          {reachOf(state, address) === "self"
            ? strings.sidebar.notes
            : clampMarks(conversationName(conversation))}
        </h1>
        <p id="conversation-subtitle" class="conversation__subtitle">
          {describeReach(state, address)}
        </p>
      </div>
      <LevelButton state={state} />
      <SearchButton />
      {isDirect && <BackButton />}
    </header>
  );
}

function DrawerButton({ state, opener }: HeaderProps) {
  const dispatch = useDispatch();
  const { unread, urgent } = unreadElsewhere(state);
  return (
    <button
      ref={opener}
      id="drawer-open"
      class="button button--icon narrow-only"
      type="button"
      aria-expanded={state.isDrawerOpen}
      aria-controls="sidebar"
      onClick={() => dispatch({ type: "drawer", isOpen: true })}
    >
      <Icon name="menu" />
      <span class="visually-hidden">{strings.sidebar.label}</span>
      <Badge id="drawer-badge" unread={unread} kind={urgent > 0 ? "mixed" : "plain"} />
    </button>
  );
}

function SearchButton() {
  const dispatch = useDispatch();
  return (
    <button
      id="search-button"
      class="button button--icon"
      type="button"
      aria-label={strings.header.search}
      aria-keyshortcuts="Control+K"
      title={strings.header.searchTitle}
      onClick={() => dispatch({ type: "dialog", dialog: "search" })}
    >
      <Icon name="search" />
    </button>
  );
}

function BackButton() {
  const dispatch = useDispatch();
  return (
    <button
      id="back-button"
      class="button button--quiet"
      type="button"
      aria-label={strings.header.back}
      onClick={() => dispatch({ type: "open", conversation: LOBBY })}
    >
      <Icon name="back" />
      <span class="conversation__back">{strings.common.everyone}</span>
    </button>
  );
}
