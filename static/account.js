/** @import {Api} from "./net/api.ts" */
/** @import {AccountActions} from "./view/account_dialog.js" */
import { nameKey } from "./text/name_key.ts";

/**
 * The account that the page acts for, over HTTP.
 *
 * @param {object} options
 * @param {Pick<Api, "get" | "post">} options.api
 * @param {() => {username: string, account: string} | null} options.self
 * @param {() => Promise<void>} options.onSignedOut Nothing of the account may stay here.
 * @returns {AccountActions}
 */
export function accountActions({ api, self, onSignedOut }) {
  const as = () => self()?.username;
  return {
    async look() {
      const { accounts } = await api.get("session");
      const own = self();
      const kept = accounts.find((/** @type {any} */ one) => one.account === own?.account);
      return {
        username: own?.username ?? "",
        isGuest: kept === undefined,
        hasPassphrase: kept?.hasPassphrase === true,
        others: kept === undefined ? [] : accounts.filter((/** @type {any} */ one) => one !== kept)
          .map((/** @type {any} */ one) => String(one.username)),
      };
    },
    setPassphrase: (passphrase, current) =>
      api.post("passphrase", { as: as(), passphrase, current }),
    async signOut(everywhere) {
      await api.post("sign-out", { as: as(), everywhere });
      await onSignedOut();
    },
    async remove(confirm, current) {
      await api.post("account/delete", { as: as(), confirm, current });
      await onSignedOut();
    },
  };
}

/**
 * The name as this browser's session holds it; null where it doesn't, or nobody can tell.
 *
 * @param {Pick<Api, "get">} api
 * @param {string} name
 * @returns {Promise<string | null>}
 */
export async function findOwnName(api, name) {
  try {
    const { accounts } = await api.get("session");
    const own = accounts.find((/** @type {{username: string}} */ one) =>
      nameKey(one.username) === nameKey(name)
    );
    return own?.username ?? null;
  } catch {
    // The form is there, and joining by it tells what is wrong.
    return null;
  }
}
