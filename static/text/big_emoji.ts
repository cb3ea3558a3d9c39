const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const EMOJI = /^\p{RGI_Emoji}$/v;
/**
 * Emoji that this browser's tables don't know yet, or that were typed without some U+FE0F. What
 * stands below U+1F000 is a sign of the text unless U+FE0F says otherwise.
 */
const PICTURE =
  /^(?=.*[\u{1F000}-\u{1FAFF}\uFE0F])\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200D\uFE0F]*$/u;
const MAX_EMOJI = 3;
/** Longest text that may be three emoji: each is at most a family of four with tones. */
const MAX_LENGTH = 120;

/** Whether a message is one to three emoji and nothing else, so that they are shown large. */
export function isBigEmoji(text: string): boolean {
  const signs = text.trim();
  // Most texts begin with a letter, and cutting them into signs costs.
  if (signs === "" || signs.length > MAX_LENGTH || /^\p{L}/u.test(signs)) return false;
  let count = 0;
  for (const { segment } of segmenter.segment(signs.replace(/\s+/g, ""))) {
    if (++count > MAX_EMOJI || !isEmoji(segment)) return false;
  }
  return true;
}

function isEmoji(sign: string): boolean {
  return EMOJI.test(sign) || PICTURE.test(sign);
}
