/**
 * The key under which two usernames count as one; the server has the last word on look-alikes.
 *
 * @param {string} username
 */
export function nameKey(username) {
  return username.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
