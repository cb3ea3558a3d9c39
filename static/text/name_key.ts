/** The key under which two usernames count as one; only the server knows all look-alikes. */
export function nameKey(username: string): string {
  return username.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
