/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { awayPeople, likelyNames } from "../../model/selectors.ts";
import { activeConversation, type State } from "../../model/state.ts";
import type { Address } from "../../model/address.ts";
import { withRecent } from "../../model/settings.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Icon } from "../shared/icon.tsx";
import { Counter } from "./counter.tsx";
import { NoticeLine } from "./notice_line.tsx";
import { suggestionId, Suggestions } from "./suggestions.tsx";
import { markOfKey, useFittedHeight, useText } from "./text_box.ts";
import { type Sources, useCompletion } from "./use_completion.ts";

/** Key code browsers report for a key that an input method took. */
const IME_KEY_CODE = 229;

interface ComposerProps {
  readonly state: State;
  readonly box: RefObject<HTMLTextAreaElement | null>;
  /** Whether Enter breaks the line, as touch keyboards do. */
  readonly isTouch: boolean;
}

/** The text box for messages. It always shows who will read them. */
export function Composer({ state, box, isTouch }: ComposerProps) {
  const dispatch = useDispatch();
  const { key, address, draft } = activeConversation(state);
  const form = useRef<HTMLFormElement>(null);
  const text = useText(box, (value) => dispatch({ type: "draft", conversation: key, text: value }));
  const completion = useCompletion(box, text, key, {
    people: peopleOf(state),
    recentEmoji: state.settings.recentEmoji,
    onEmoji(emoji) {
      const recentEmoji = withRecent(state.settings.recentEmoji, emoji);
      dispatch({ type: "settings", change: { recentEmoji } });
    },
  });
  useFittedHeight(form, box, draft);
  const isHeld = state.notice?.kind === "turned";

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    completion.close();
    if (!isHeld) dispatch({ type: "submit", conversation: key, text: box.current?.value ?? "" });
    box.current?.focus({ preventScroll: true });
  };
  const press = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === IME_KEY_CODE) return;
    const mark = markOfKey(event);
    if (completion.press(event)) return event.preventDefault();
    if (mark !== null) {
      event.preventDefault();
      return text.wrap(mark);
    }
    if (event.key !== "Enter" || event.shiftKey || isTouch) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };
  return (
    <form
      ref={form}
      id="composer"
      class={address.kind === "direct" ? "composer composer--private" : "composer"}
      onSubmit={submit}
    >
      <div class="composer__line">
        <Suggestions completion={completion} />
        <Audience address={address} />
        <Counter text={draft} limit={state.messageLength} />
      </div>
      <div class="composer__box">
        <p id="suggestions-status" class="visually-hidden" role="status">
          {completion.options.length === 0
            ? ""
            : strings.suggestions.count(completion.options.length)}
        </p>
        <textarea
          ref={box}
          id="composer-text"
          class="composer__text"
          rows={1}
          dir="auto"
          autocomplete="off"
          value={draft}
          placeholder={placeholderOf(address, state.self?.account)}
          enterkeyhint={isTouch ? "enter" : "send"}
          readOnly={isHeld}
          aria-describedby="composer-note composer-count"
          aria-labelledby="composer-audience"
          aria-autocomplete="list"
          aria-controls="suggestions"
          aria-activedescendant={completion.options.length > 0
            ? suggestionId(completion.chosen)
            : undefined}
          onInput={({ data }: InputEvent) => {
            text.changed();
            completion.look(data === ":");
          }}
          onKeyDown={press}
          onKeyUp={completion.leave}
          onPointerUp={completion.leave}
          onBlur={completion.close}
        />
        <button
          id="composer-send"
          class="button button--primary composer__send"
          type="submit"
          aria-label={strings.composer.send}
        >
          <Icon name="send" />
          <span class="composer__send-word">{strings.composer.send}</span>
        </button>
      </div>
      <NoticeLine state={state} box={box} />
    </form>
  );
}

function peopleOf(state: State): Sources["people"] {
  return {
    names: () => likelyNames(state),
    away: () => new Set(awayPeople(state).map(({ username }) => username)),
  };
}

function Audience({ address }: { readonly address: Address }) {
  return (
    <label id="composer-audience" class="composer__audience" for="composer-text">
      {address.kind === "direct" && <Icon name="lock" class="composer__lock" />}
      <span id="composer-to">
        {address.kind === "direct"
          ? strings.composer.privateTo(clampMarks(address.username))
          : strings.composer.toEveryone}
      </span>
    </label>
  );
}

function placeholderOf(address: Address, ownAccount: string | undefined): string {
  if (address.kind === "lobby") return strings.composer.messageEveryone;
  const isSelf = address.account !== null && address.account === ownAccount;
  return isSelf
    ? strings.composer.notes
    : strings.composer.messagePrivately(clampMarks(address.username));
}
