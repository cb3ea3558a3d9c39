import { useRef } from "preact/hooks";
import type { Conversation, ConversationKey } from "../../model/conversation.ts";
import { conversationName, isMuted } from "../../model/selectors.ts";
import type { Settings } from "../../model/settings.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Badge, type BadgeKind } from "../shared/badge.tsx";
import { Icon } from "../shared/icon.tsx";

interface ConversationListProps {
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>;
  readonly active: ConversationKey;
  readonly settings: Settings;
  /** Whether rows must neither appear nor disappear now. Their content may change. */
  readonly isHeld: boolean;
}

/** The conversations with their unread counts. */
export function ConversationList(props: ConversationListProps) {
  const { conversations, active, settings, isHeld } = props;
  const shown = useRef<readonly ConversationKey[]>([]);
  if (!isHeld) shown.current = [...conversations.keys()];
  return (
    <ul id="conversations" class="sidebar__list" role="list">
      {shown.current.map((key) => conversations.get(key)).filter((one) => one !== undefined).map(
        (conversation) => (
          <ConversationItem
            key={conversation.key}
            conversation={conversation}
            isActive={conversation.key === active}
            isMuted={isMuted({ settings }, conversation)}
          />
        ),
      )}
    </ul>
  );
}

interface ConversationItemProps {
  readonly conversation: Conversation;
  readonly isActive: boolean;
  readonly isMuted: boolean;
}

function ConversationItem({ conversation, isActive, isMuted }: ConversationItemProps) {
  const dispatch = useDispatch();
  const { key, address, unread, draft } = conversation;
  const isDirect = address.kind === "direct";
  return (
    <li data-key={key}>
      <button
        class={isDirect ? "sidebar__item sidebar__item--private" : "sidebar__item"}
        type="button"
        aria-current={isActive ? "true" : undefined}
        onClick={() => dispatch({ type: "open", conversation: key })}
      >
        <Icon name={isDirect ? "lock" : "lobby"} class="sidebar__icon" />
        {isDirect && <span class="visually-hidden">{strings.sidebar.privatePrefix}</span>}
        <bdi class="sidebar__name">
          {clampMarks(conversationName(conversation))}
        </bdi>
        {draft !== "" && !isActive && <span class="sidebar__draft">{strings.sidebar.draft}</span>}
        {isMuted && <Muted />}
        <Badge unread={unread} kind={kindOf(conversation)} />
      </button>
    </li>
  );
}

function Muted() {
  return (
    <>
      <Icon name="bellOff" class="sidebar__muted" />
      <span class="visually-hidden">{strings.sidebar.muted}</span>
    </>
  );
}

function kindOf({ address, mentions }: Conversation): BadgeKind {
  if (address.kind === "direct") return "private";
  return mentions > 0 ? "mention" : "plain";
}
