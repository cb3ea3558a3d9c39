import type { Api } from "../net/api.ts";

/** The name in the README and the terminal; to a browser it is another origin than the address. */
const NAME = "localhost";
const ADDRESS = "127.0.0.1";

/**
 * Where a document at this machine's address should be opened instead, so that the page keeps its
 * cookie and messages in one place; null anywhere else.
 */
export function namedAddress(url: URL): URL | null {
  if (url.protocol !== "http:" || url.hostname !== ADDRESS) return null;
  const named = new URL(url);
  named.hostname = NAME;
  return named;
}

/** What {@linkcode isAnythingKept} looks at. */
export interface Belongings {
  /** Keys in the page's storage. */
  readonly keys: readonly string[];
  readonly api: Pick<Api, "get">;
  /** Whether the database holds a message. */
  readonly hasUnsent: () => Promise<boolean>;
}

/**
 * Whether something is kept under this origin that its reader would miss at another: a name that
 * the session holds, a draft, or an unsent message. What can't be found out counts as kept.
 */
export async function isAnythingKept({ keys, api, hasUnsent }: Belongings): Promise<boolean> {
  // Nobody was ever in the chat here.
  if (keys.length === 0) return false;
  // Nobody would miss the name chosen last.
  if (keys.some((key) => key !== "name")) return true;
  try {
    const { accounts } = await api.get("session");
    return accounts.length > 0 || await hasUnsent();
  } catch {
    return true;
  }
}
