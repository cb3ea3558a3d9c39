import { useRef } from "preact/hooks";
import type { User } from "../../../core/protocol.ts";
import { type Presence, sortedUsers } from "../../model/presence.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Avatar } from "../shared/avatar.tsx";
import type { Steadiness } from "./steady.ts";

/** People shown at most; the others are counted. */
const MAX_SHOWN = 200;

interface PeopleListProps {
  readonly presence: Presence;
  readonly ownAccount: string;
  readonly steadiness: Steadiness;
}

/** The people online. Choosing one opens the private conversation with them. */
export function PeopleList({ presence, ownAccount, steadiness }: PeopleListProps) {
  const shown = useRef<readonly User[]>([]);
  const users = sortedUsers(presence, ownAccount).slice(0, MAX_SHOWN);
  const rest = presence.online - users.length;
  if (!steadiness.isHeld) shown.current = withPinned(shown.current, users, steadiness.pinned);
  return (
    <section aria-labelledby="people-title">
      <h2 id="people-title" class="sidebar__title">
        {strings.sidebar.people}{" "}
        <span id="people-count" class="sidebar__count">{presence.online}</span>
      </h2>
      <p id="people-hint" class="visually-hidden">{strings.sidebar.peopleHint}</p>
      <ul id="people" class="sidebar__list" role="list" aria-describedby="people-hint">
        {shown.current.map((user) => (
          <Person key={keyOf(user)} user={user} isSelf={user.account === ownAccount} />
        ))}
      </ul>
      <p id="people-more" class="sidebar__more">{rest > 0 ? strings.sidebar.more(rest) : ""}</p>
    </section>
  );
}

function Person({ user, isSelf }: { readonly user: User; readonly isSelf: boolean }) {
  const dispatch = useDispatch();
  return (
    <li data-key={keyOf(user)}>
      <button
        class="sidebar__item"
        type="button"
        title={isSelf ? strings.sidebar.notes : strings.sidebar.messagePrivately(user.username)}
        onClick={() => dispatch({ type: "open_person", person: user })}
      >
        <Avatar class="avatar--small" username={user.username} />
        <bdi class="sidebar__name">{clampMarks(user.username)}</bdi>
        <span class="sidebar__you">{isSelf ? strings.sidebar.you : ""}</span>
      </button>
    </li>
  );
}

/** People online now. The one under the mouse keeps its place even after leaving. */
function withPinned(
  before: readonly User[],
  now: readonly User[],
  pinned: string | null,
): readonly User[] {
  const at = before.findIndex((user) => keyOf(user) === pinned);
  const kept = before[at];
  if (kept === undefined || now.some((user) => keyOf(user) === pinned)) return now;
  const present = new Set(now.map(keyOf));
  const next = before.slice(at + 1).find((user) => present.has(keyOf(user)));
  const place = next === undefined
    ? now.length
    : now.findIndex((one) => keyOf(one) === keyOf(next));
  return now.toSpliced(place, 0, kept);
}

function keyOf({ account, username }: User): string {
  return `${account} ${username}`;
}
