/**
 * Characters that change the direction of the text after them: embeddings, overrides, isolates and
 * their ends (UAX #9, section 2). With them `gpj.exe` reads as `exe.jpg`.
 */
export const DIRECTION_CONTROL = /[\u202A-\u202E\u2066-\u2069]/u;
const SPLIT = new RegExp(`(${DIRECTION_CONTROL.source})`, "u");

/** A piece of text, or the name of a control character that stood there. */
export interface ControlPart {
  readonly text: string;
  readonly isControl: boolean;
}

/**
 * Splits text at the characters that change its direction, and names those: none takes effect, so
 * none is left open either.
 *
 * @returns Parts in their order, none of them empty.
 */
export function nameControls(text: string): ControlPart[] {
  return text.split(SPLIT).filter((part) => part !== "").map((part) =>
    DIRECTION_CONTROL.test(part)
      ? { text: codePointName(part), isControl: true }
      : { text: part, isControl: false }
  );
}

/** The name of a character in the Basic Multilingual Plane: `U+202E`. */
export function codePointName(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
