/// <reference lib="dom" />
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JoinScreen } from "../../model/state.ts";
import { messageOf } from "../../text/error_message.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { Field } from "../shared/field.tsx";
import { type FieldState, useField } from "../shared/use_field.ts";

/** Presses closer together count as one double-click or a held key, in milliseconds. */
const DOUBLE_MS = 500;

/** Beside the bundle, under the same cacheable path as in the document. */
const LOGO = new URL("favicon.svg", import.meta.url).href;

/** Asks for a username and shows errors beside the field. */
export function Join({ screen }: { screen: JoinScreen }) {
  const { username, error, stage, isTaken, isResuming, status } = screen;
  const { dispatch } = useUi();
  const own = useOwnName(screen);
  // The chat ended by itself: what is being typed was meant for its box, and is no name.
  const [isSentAway] = useState(error !== "" || status !== "");
  const submit = useSubmit(screen, (name) => {
    if (own.isAsked) void own.signIn(name);
    else dispatch({ type: "join", username: name });
  });
  return (
    <main id="join" class={isResuming ? "join join--resuming" : "join"}>
      {/* Method "dialog" goes nowhere: an Enter before the scripts must not leave the page. */}
      <form id="join-form" class="join__card" method="dialog" noValidate onSubmit={submit}>
        <h1 class="join__title">
          <img class="join__logo" src={LOGO} alt="" width="36" height="36" />
          {strings.product}
        </h1>
        <p class="join__lead">{strings.join.lead}</p>
        <NameField
          username={username}
          error={error}
          isReadOnly={stage === "joining"}
          isFresh={!screen.isTouched && !own.isAsked}
          isSentAway={isSentAway}
          onChange={(value) => dispatch({ type: "name", username: value })}
        />
        {isTaken && !own.isAsked && (
          <button
            id="join-own"
            class="button button--quiet join__own"
            type="button"
            onClick={own.ask}
          >
            {strings.join.ownName(clampMarks(username.trim()))}
          </button>
        )}
        {own.isAsked && <Passphrase field={own.passphrase} />}
        <input id="join-pressed" type="checkbox" hidden />
        <button id="join-button" class="button button--primary" type="submit">
          {stage === "joining" ? strings.common.cancel : strings.join.join}
        </button>
        <p id="join-status" class="join__status" role="status">{own.status || status}</p>
      </form>
      <noscript>
        <p class="join__status">{strings.join.needsScript}</p>
      </noscript>
    </main>
  );
}

interface NameFieldProps {
  readonly username: string;
  readonly error: string;
  readonly isReadOnly: boolean;
  /** Whether the name is not the person's own typing, so that typing replaces it. */
  readonly isFresh: boolean;
  /** Whether the field waits to be chosen. */
  readonly isSentAway: boolean;
  readonly onChange: (value: string) => void;
}

function NameField(props: NameFieldProps) {
  const { username, error, isReadOnly, isFresh, isSentAway, onChange } = props;
  const field = useRef<HTMLInputElement>(null);
  const firstError = useRef(error);
  useLayoutEffect(() => {
    if (isReadOnly || !isFresh || isSentAway) return;
    field.current?.focus();
    field.current?.select();
  }, [isReadOnly, isFresh]);
  useLayoutEffect(() => {
    if (error !== "" && error !== firstError.current) field.current?.focus();
  }, [error]);
  return (
    <>
      <label class="join__label" for="join-name">{strings.join.name}</label>
      <input
        ref={field}
        id="join-name"
        class="join__input"
        name="username"
        type="text"
        dir="auto"
        value={username}
        readOnly={isReadOnly}
        maxLength={64}
        autocomplete="username"
        autocapitalize="off"
        autocorrect="off"
        spellcheck={false}
        enterkeyhint="go"
        aria-describedby="join-hint join-error"
        aria-invalid={error !== ""}
        required
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <p id="join-hint" class="join__hint">{strings.join.nameHint}</p>
      <p id="join-error" class="join__error" role="alert">{error}</p>
    </>
  );
}

/**
 * Tells a submission from a cancellation. Only the button cancels: an Enter in a field, or the
 * second click of a double-click, meant to join.
 */
function useSubmit({ stage }: JoinScreen, onSubmit: (name: string) => void) {
  const { dispatch } = useUi();
  const submittedAt = useRef(-Infinity);
  return (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    if (stage === "asking") {
      submittedAt.current = event.timeStamp;
      // From the field itself: a password manager may fill it and submit in one go.
      return onSubmit(String(new FormData(event.currentTarget).get("username")).trim());
    }
    const isInField = document.activeElement instanceof HTMLInputElement;
    if (isInField || event.timeStamp - submittedAt.current < DOUBLE_MS) return;
    dispatch({ type: "cancel_join" });
  };
}

/** The way in for the owner of a name that is taken, for as long as that name is in the field. */
function useOwnName({ username }: JoinScreen) {
  const { ask } = useUi();
  const [askedFor, setAskedFor] = useState<string | null>(null);
  const passphrase = useField();
  const [status, setStatus] = useState("");
  const begin = () => {
    passphrase.onValue("");
    setStatus("");
    setAskedFor(username);
  };
  const signIn = async (name: string) => {
    if (passphrase.value === "") return passphrase.complain(strings.join.passphraseMissing);
    setStatus(strings.join.signingIn);
    try {
      await ask.signIn(name, passphrase.value);
      passphrase.onValue("");
    } catch (reason) {
      passphrase.complain(messageOf(reason));
    }
    setStatus("");
  };
  return { isAsked: askedFor === username, ask: begin, signIn, passphrase, status };
}

function Passphrase({ field }: { readonly field: FieldState }) {
  return (
    <div class="join__row">
      <Field
        id="join-passphrase"
        block="join"
        label={strings.join.passphrase}
        field={field}
        isSecret
        hasFocus
        name="password"
        maxLength={256}
        autocomplete="current-password"
        enterKeyHint="go"
      />
    </div>
  );
}
