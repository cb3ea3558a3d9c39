/** Whether a message mentions this person: `@name`, not inside a longer name. */
export function mentions(text: string, username: string): boolean {
  const haystack = text.toLowerCase();
  const needle = `@${username.toLowerCase()}`;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + 1)) {
    const after = haystack.slice(at + needle.length, at + needle.length + 2);
    if (!/^[\p{L}\p{M}\p{N}_]|^[.-][\p{L}\p{M}\p{N}]/u.test(after)) return true;
  }
  return false;
}
