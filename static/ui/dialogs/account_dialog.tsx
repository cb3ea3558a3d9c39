import { useEffect, useState } from "preact/hooks";
import type { AccountFacts } from "../../app/actions.ts";
import { messageOf } from "../../text/error_message.ts";
import { clampMarks, listNames } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { Dialog } from "../shared/dialog.tsx";
import { DeleteAccount } from "./delete_account.tsx";
import { PassphraseForm } from "./passphrase_form.tsx";

/** Protects a name with a passphrase, signs out, deletes the account. */
export function AccountDialog() {
  const { ask } = useUi();
  const [facts, setFacts] = useState<AccountFacts | null>(null);
  const [status, say] = useState("");
  const look = async () => setFacts(await ask.account());
  useEffect(() => {
    look().catch((error) => say(messageOf(error)));
  }, []);
  return (
    <Dialog
      id="account"
      title={
        <>
          {strings.account.title} <bdi id="account-name">{clampMarks(facts?.username ?? "")}</bdi>
        </>
      }
    >
      {facts?.isGuest && <p id="account-guest" class="dialog__notice">{strings.account.guest}</p>}
      {facts !== null && !facts.isGuest && (
        <div id="account-owner">
          <PassphraseForm facts={facts} say={say} onChanged={look} />
          <SignOut facts={facts} say={say} />
          <DeleteAccount facts={facts} say={say} />
        </div>
      )}
      <p id="account-status" class="dialog__status" role="status">{status}</p>
    </Dialog>
  );
}

interface SignOutProps {
  readonly facts: AccountFacts;
  readonly say: (status: string) => void;
}

function SignOut({ facts, say }: SignOutProps) {
  const { ask, dispatch } = useUi();
  const signOut = async (isEverywhere: boolean) => {
    try {
      await ask.signOut(isEverywhere);
      dispatch({ type: "dialog", dialog: null });
    } catch (error) {
      say(messageOf(error));
    }
  };
  return (
    <section class="dialog__section" aria-labelledby="sign-out-title">
      <h3 id="sign-out-title" class="dialog__subtitle">{strings.account.signOutTitle}</h3>
      <p class="dialog__hint">{strings.account.signOutNote}</p>
      <OtherNames names={facts.others} />
      {!facts.hasPassphrase && (
        <p id="account-warning" class="dialog__notice">{strings.account.noWayBack}</p>
      )}
      <div class="dialog__actions">
        <button id="sign-out" class="button" type="button" onClick={() => void signOut(false)}>
          {strings.account.signOut}
        </button>
        <button
          id="sign-out-everywhere"
          class="button"
          type="button"
          onClick={() => void signOut(true)}
        >
          {strings.account.signOutEverywhere}
        </button>
      </div>
    </section>
  );
}

/** A session ends with all of its names. */
function OtherNames({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  const list = listNames(names).map(({ text }) => clampMarks(text)).join("");
  return <p id="account-others" class="dialog__hint">{strings.account.otherNames(list)}</p>;
}
