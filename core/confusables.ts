/**
 * Letters and digits that people take for one another, as a subset of Unicode TR39's confusables:
 * Latin, Greek, Cyrillic and the digits drawn like a Latin letter. Each row is a prototype and,
 * after it, the case-folded code points that stand for it; a letter is listed if its upper-case or
 * its lower-case form is drawn like the prototype's. `docs/decisions/0002-look-alike-usernames.md`
 * says what is left out and why.
 */
const ROWS: readonly (readonly [prototype: string, lookAlikes: string])[] = [
  // Drawn like Latin letters: small capitals and variants, then Greek, then Cyrillic
  ["a", "ᴀɑ" + "α" + "а"],
  ["b", "ʙƅꞵ" + "β" + "вь"],
  ["c", "ᴄ" + "σς" + "с"],
  ["d", "ᴅ" + "ԁ"],
  ["e", "ᴇ" + "ε" + "еҽ"],
  ["f", "ꜰ" + "ϝ"],
  ["g", "ɢɡ" + "ԍ"],
  ["h", "ʜ" + "η" + "нһ"],
  ["j", "ᴊ" + "ϳ" + "ј"],
  ["k", "ᴋĸ" + "κ" + "к"],
  // I, l and 1 are one drawing, and names ignore case: so i, l and 1 are one letter
  ["l", "i1ıɪɩʟǀ" + "ι" + "іӏ" + "١۱"],
  ["ll", "ǁ"],
  ["n", "ɴ" + "ν"],
  ["o", "0ᴏᴑ" + "ο" + "о" + "٥۵߀०০੦૦୦௦౦೦൦๐໐၀០"],
  ["p", "ᴘᴩ" + "ρ" + "р"],
  ["q", "ԛ"],
  ["r", "ʀ"],
  ["rn", "mᴍ" + "μϻ" + "м"],
  ["s", "ꜱ" + "ѕ"],
  ["t", "ᴛ" + "τ" + "т"],
  ["u", "ᴜ"],
  ["v", "ᴠ" + "ѵ" + "٧۷"],
  ["w", "ᴡ" + "ѡԝ"],
  ["x", "χ" + "х"],
  ["y", "ʏ" + "υ" + "уү"],
  ["z", "ᴢ" + "ζ"],
  ["c\u0327", "ҫ"],
  ["æ", "ӕ"],
  ["đ", "ðɖ"],
  ["ħ", "ћ"],
  ["þ", "ϸ"],
  ["ə", "ǝ" + "ә"],
  ["ɔ", "ͻ"],
  // Drawn like digits
  ["3", "ɜʒȝ" + "зӡ"],
  ["6", "б"],
  ["8", "ȣ" + "৪੪"],
  ["9", "৭੧୨൭"],
  // Greek and Cyrillic letters drawn like each other
  ["γ", "г"],
  ["θ", "ɵ" + "ѳө"],
  ["λ", "л"],
  ["π", "п"],
  ["φ", "ф"],
  ["ψ", "ѱ"],
  ["и", "ͷ"],
];

const PROTOTYPES: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap(([prototype, lookAlikes]) => [...lookAlikes].map((one) => [one, prototype])),
);

/** A dot that is drawn already: over the letters i and j, whatever marks come before it. */
const DOTTED_TWICE = /(?<=[lj]\p{M}*)\u0307+/gu;

/**
 * Reduces case-folded text to what the eye reads, accents kept: texts that look alike become equal.
 * Only for comparing; nobody can read it.
 */
export function skeleton(folded: string): string {
  let text = "";
  for (const character of folded.normalize("NFKD")) text += PROTOTYPES.get(character) ?? character;
  return text.replace(DOTTED_TWICE, "").normalize("NFKC");
}
