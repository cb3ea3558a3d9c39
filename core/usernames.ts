/** Says what is wrong with a username, or nothing if it may be chosen. */
export function usernameProblem(name: string): string | undefined {
  return /^[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}_.-]{0,30}[\p{L}\p{M}\p{N}])?$/u.test(name)
    ? undefined
    : "must be 1 to 32 letters or digits";
}
/** The key two usernames share when they count as one name. */
export function usernameKey(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
/** Whether nobody may choose this name. */
export function isReservedUsername(_name: string): boolean {
  return false;
}
