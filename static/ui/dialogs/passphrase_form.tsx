import type { AccountFacts } from "../../app/actions.ts";
import { messageOf } from "../../text/error_message.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { countNormalized, Field } from "../shared/field.tsx";
import { useField } from "../shared/use_field.ts";
import { isAboutCurrent } from "./refusal.ts";

/** Fewest characters of a passphrase; the server checks the same. */
const MIN_LENGTH = 8;

interface PassphraseFormProps {
  readonly facts: AccountFacts;
  readonly say: (status: string) => void;
  readonly onChanged: () => Promise<void>;
}

/** Sets, changes or removes the passphrase of a name. */
export function PassphraseForm({ facts, say, onChanged }: PassphraseFormProps) {
  const { hasPassphrase } = facts;
  const form = usePassphrases(facts, say, onChanged);
  return (
    <form
      id="account-passphrase-form"
      class="dialog__section"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.set();
      }}
    >
      <h3 class="dialog__subtitle">{strings.account.passphraseTitle}</h3>
      <p id="account-passphrase-hint" class="dialog__hint">
        {hasPassphrase ? strings.account.hasPassphrase : strings.account.noPassphrase}
      </p>
      <input
        id="account-username"
        class="visually-hidden"
        type="text"
        autocomplete="username"
        aria-label={strings.account.username}
        tabIndex={-1}
        readOnly
        value={facts.username}
      />
      {hasPassphrase && (
        <div id="account-current-row">
          <Field
            id="account-current"
            block="dialog"
            label={strings.account.current}
            isSecret
            maxLength={256}
            autocomplete="current-password"
            field={form.current}
          />
        </div>
      )}
      <Field
        id="account-passphrase"
        block="dialog"
        label={strings.account.passphrase}
        isSecret
        minLength={MIN_LENGTH}
        maxLength={256}
        autocomplete="new-password"
        describedBy="account-passphrase-note"
        field={form.passphrase}
      />
      <p id="account-passphrase-note" class="dialog__hint">
        {strings.account.passphraseNote(MIN_LENGTH)}
      </p>
      <div class="dialog__actions">
        <button id="account-set" class="button button--accent" type="submit">
          {hasPassphrase ? strings.account.change : strings.account.set}
        </button>
        {hasPassphrase && (
          <button
            id="account-unset"
            class="button"
            type="button"
            onClick={() => void form.remove()}
          >
            {strings.account.remove}
          </button>
        )}
      </div>
    </form>
  );
}

function usePassphrases(
  { hasPassphrase }: AccountFacts,
  say: (status: string) => void,
  onChanged: () => Promise<void>,
) {
  const { ask } = useUi();
  const current = useField();
  const passphrase = useField();
  const change = async (value: string | null, done: string) => {
    try {
      say(strings.account.saving);
      await ask.setPassphrase(value, hasPassphrase ? current.value : undefined);
      current.onValue("");
      passphrase.onValue("");
      await onChanged();
      say(done);
    } catch (error) {
      say("");
      const field = isAboutCurrent(error) && hasPassphrase ? current : passphrase;
      field.complain(messageOf(error));
    }
  };
  const set = async () => {
    const { value } = passphrase;
    if (hasPassphrase && current.value === "") {
      return current.complain(strings.account.currentMissing);
    }
    if (value === "") return passphrase.complain(strings.account.passphraseMissing);
    if (countNormalized(value) < MIN_LENGTH) {
      return passphrase.complain(strings.account.tooShort(MIN_LENGTH));
    }
    await change(value, strings.account.saved);
  };
  const remove = async () => {
    if (current.value === "") return current.complain(strings.account.currentMissing);
    await change(null, strings.account.removed);
  };
  return { current, passphrase, set, remove };
}
