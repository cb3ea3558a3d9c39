/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { State } from "../../model/state.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Avatar } from "../shared/avatar.tsx";
import { Icon } from "../shared/icon.tsx";
import { ConversationList } from "./conversation_list.tsx";
import { PeopleList } from "./people_list.tsx";
import { useSteadyRows } from "./steady.ts";

interface SidebarProps {
  readonly state: State;
  readonly element: RefObject<HTMLElement | null>;
  /** Whether it can't be reached: it is a drawer, and shut. */
  readonly isInert: boolean;
}

/** The own name, the conversations, and the people online. */
export function Sidebar({ state, element, isInert }: SidebarProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLElement>(null);
  const steadiness = useSteadyRows(scroller, content);
  return (
    <aside
      ref={element}
      id="sidebar"
      class="sidebar"
      aria-label={strings.sidebar.label}
      inert={isInert}
    >
      <Self username={state.self?.username ?? ""} isUndisturbed={state.settings.doNotDisturb} />
      <div ref={scroller} id="sidebar-scroll" class="sidebar__scroll">
        <nav ref={content} aria-labelledby="conversations-title">
          <h2 id="conversations-title" class="sidebar__title">{strings.sidebar.conversations}</h2>
          <ConversationList
            conversations={state.conversations}
            active={state.active}
            settings={state.settings}
            isHeld={steadiness.isHeld}
          />
        </nav>
        <PeopleList
          presence={state.presence}
          ownAccount={state.self?.account ?? ""}
          steadiness={steadiness}
        />
      </div>
      <Footer />
    </aside>
  );
}

interface SelfProps {
  readonly username: string;
  readonly isUndisturbed: boolean;
}

function Self({ username, isUndisturbed }: SelfProps) {
  const dispatch = useDispatch();
  return (
    <header class="sidebar__header">
      <Avatar id="self-avatar" username={username} />
      <span class="sidebar__self">
        <bdi id="self-name">{clampMarks(username)}</bdi>
      </span>
      <button
        id="disturb-button"
        class="button button--icon"
        type="button"
        aria-pressed={isUndisturbed}
        aria-label={strings.notifications.disturb}
        title={strings.notifications.disturb}
        onClick={() => dispatch({ type: "settings", change: { doNotDisturb: !isUndisturbed } })}
      >
        <Icon name="moon" />
      </button>
      <button
        id="drawer-close"
        class="button button--icon narrow-only"
        type="button"
        aria-label={strings.sidebar.close}
        onClick={() => dispatch({ type: "drawer", isOpen: false })}
      >
        <Icon name="close" />
      </button>
    </header>
  );
}

function Footer() {
  const dispatch = useDispatch();
  const dialogs = [
    { dialog: "account", icon: "user", label: strings.sidebar.account },
    { dialog: "invite", icon: "people", label: strings.sidebar.invite },
    { dialog: "settings", icon: "gear", label: strings.sidebar.settings },
    { dialog: "keys", icon: "keyboard", label: strings.sidebar.shortcuts },
  ] as const;
  return (
    <footer class="sidebar__footer">
      {dialogs.map(({ dialog, icon, label }) => (
        <button
          key={dialog}
          id={`${dialog}-button`}
          class="button button--icon"
          type="button"
          aria-label={label}
          title={label}
          onClick={() => dispatch({ type: "dialog", dialog })}
        >
          <Icon name={icon} />
        </button>
      ))}
      <button
        id="leave-button"
        class="button button--quiet sidebar__leave"
        type="button"
        title={strings.sidebar.leaveHint}
        onClick={() => dispatch({ type: "leave" })}
      >
        {strings.sidebar.leave}
      </button>
    </footer>
  );
}
