import { en, type Strings } from "./en.ts";

/** Languages besides English, loaded when needed. */
const LANGUAGES = new Map<string, () => Promise<Strings>>([
  ["qps", async () => (await import("./pseudo.ts")).pseudoOf(en)],
]);

/** The words of the page, in the language that {@linkcode speak} chose last. English at first. */
export let strings: Strings = en;

/**
 * Chooses the language of the page, before anything is shown. One that is unknown is English.
 *
 * @param language Tag from the `lang` of the document.
 */
export async function speak(language: string): Promise<void> {
  strings = await LANGUAGES.get(language)?.() ?? en;
}
