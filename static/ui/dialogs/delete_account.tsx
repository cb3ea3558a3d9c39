import type { AccountFacts } from "../../app/actions.ts";
import { messageOf } from "../../text/error_message.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { Field } from "../shared/field.tsx";
import { useField } from "../shared/use_field.ts";
import { isAboutCurrent } from "./refusal.ts";

interface DeleteAccountProps {
  readonly facts: AccountFacts;
  readonly say: (status: string) => void;
}

/** Deletes an account; the name must be typed to confirm. */
export function DeleteAccount({ facts, say }: DeleteAccountProps) {
  const { confirm, current, remove } = useDeletion(facts, say);
  return (
    <details id="account-delete" class="dialog__section">
      <summary class="dialog__subtitle">{strings.account.deleteTitle}</summary>
      <form
        id="account-delete-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void remove();
        }}
      >
        <p class="dialog__hint">{strings.account.deleteNote}</p>
        <Field
          id="account-confirm"
          block="dialog"
          label={strings.account.confirm}
          field={confirm}
          maxLength={64}
          autocomplete="off"
        />
        {facts.hasPassphrase && (
          <div id="account-delete-current-row">
            <Field
              id="account-delete-current"
              block="dialog"
              label={strings.account.ownPassphrase}
              field={current}
              isSecret
              maxLength={256}
              autocomplete="current-password"
            />
          </div>
        )}
        <div class="dialog__actions">
          <button class="button button--danger" type="submit">{strings.account.delete}</button>
        </div>
      </form>
    </details>
  );
}

function useDeletion({ hasPassphrase }: AccountFacts, say: (status: string) => void) {
  const { ask, dispatch } = useUi();
  const confirm = useField();
  const current = useField();
  const remove = async () => {
    const name = confirm.value.trim();
    if (name === "") return confirm.complain(strings.account.confirmMissing);
    say("");
    if (hasPassphrase && current.value === "") {
      return current.complain(strings.account.ownPassphraseMissing);
    }
    try {
      await ask.deleteAccount(name, hasPassphrase ? current.value : undefined);
      dispatch({ type: "dialog", dialog: null });
    } catch (error) {
      const field = isAboutCurrent(error) && hasPassphrase ? current : confirm;
      field.complain(messageOf(error));
    }
  };
  return { confirm, current, remove };
}
