import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";

interface JumpButtonsProps {
  readonly isAtEnd: boolean;
  readonly unread: number;
  /** Whether the first unread message lies above the screen. */
  readonly isUnreadAbove: boolean;
}

/** The ways to the first unread message and to the newest. */
export function JumpButtons({ isAtEnd, unread, isUnreadAbove }: JumpButtonsProps) {
  const dispatch = useDispatch();
  return (
    <>
      <button
        id="unread-button"
        class="button timeline__jump timeline__jump--unread"
        type="button"
        hidden={!isUnreadAbove}
        onClick={() => dispatch({ type: "first_unread" })}
      >
        {strings.timeline.firstUnread}
      </button>
      <button
        id="newest-button"
        class="button timeline__jump timeline__jump--newest"
        type="button"
        hidden={isAtEnd}
        onClick={() => dispatch({ type: "newest" })}
      >
        {unread === 0 ? strings.timeline.newest : strings.timeline.newCount(unread)}
      </button>
    </>
  );
}
