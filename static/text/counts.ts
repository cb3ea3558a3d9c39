/** A noun by the plural forms of its language; every language has `other`. */
export type Plural =
  & { readonly other: string }
  & {
    readonly [form in Intl.LDMLPluralRule]?: string;
  };

/**
 * Makes the function that tells a number of things in one language: "1 message", "2 messages".
 *
 * @param language Language tag, such as `en`.
 */
export function counter(language: string): (number: number, noun: Plural) => string {
  const rules = new Intl.PluralRules(language);
  const digits = new Intl.NumberFormat(language);
  return (number, noun) => `${digits.format(number)} ${noun[rules.select(number)] ?? noun.other}`;
}
