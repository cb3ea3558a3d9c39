/**
 * A number of things in words: 1 message, 2 messages.
 *
 * @param {number} number
 * @param {string} word Singular of a noun that takes an s.
 */
export function count(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
