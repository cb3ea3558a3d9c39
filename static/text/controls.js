/**
 * Characters that change the direction of the text after them: embeddings, overrides, isolates and
 * their ends (UAX #9, section 2). With them `gpj.exe` reads as `exe.jpg`.
 */
const CONTROLS = /[\u202A-\u202E\u2066-\u2069]/u;
const SPLIT = new RegExp(`(${CONTROLS.source})`, "u");

/**
 * Splits text at the characters that change its direction, and names those: none takes effect, so
 * none is left open either.
 *
 * @param {string} text
 * @returns {{text: string, isControl: boolean}[]} Without empty parts.
 */
export function nameControls(text) {
  return text.split(SPLIT).filter((part) => part !== "").map((part) =>
    CONTROLS.test(part)
      ? { text: codePointName(part), isControl: true }
      : { text: part, isControl: false }
  );
}

/** @param {string} character */
function codePointName(character) {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
