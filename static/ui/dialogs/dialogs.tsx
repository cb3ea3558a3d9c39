import type { State } from "../../model/state.ts";
import { AccountDialog } from "./account_dialog.tsx";
import { InviteDialog } from "./invite_dialog.tsx";
import { KeysDialog } from "./keys_dialog.tsx";
import { LevelDialog } from "./level_dialog.tsx";
import { SearchDialog } from "./search_dialog.tsx";
import { SettingsDialog } from "./settings_dialog.tsx";
import { useSearch } from "./use_search.ts";

/** The open dialog, if there is one. A closed search opens again as it was. */
export function Dialogs({ state }: { readonly state: State }) {
  const search = useSearch(state.query);
  switch (state.dialog) {
    case null:
      return null;
    case "keys":
      return <KeysDialog />;
    case "search":
      return <SearchDialog search={search} state={state} />;
    case "account":
      return <AccountDialog />;
    case "settings":
      return <SettingsDialog state={state} />;
    case "invite":
      return <InviteDialog />;
    case "level":
      return <LevelDialog state={state} />;
    default:
      return missing(state.dialog);
  }
}

/** A dialog added to the union fails the type check here until it is rendered. */
function missing(_dialog: never) {
  return null;
}
