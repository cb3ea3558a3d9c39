/** Refusals that are about the passphrase set before. */
const ABOUT_CURRENT = new Set(["wrong_passphrase", "too_many_attempts"]);

/** Whether a refusal is about the passphrase that is set already. */
export function isAboutCurrent(error: unknown): boolean {
  return error instanceof Error && "code" in error && ABOUT_CURRENT.has(String(error.code));
}
