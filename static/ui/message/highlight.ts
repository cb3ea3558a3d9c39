import { type ParseOptions, SugarHigh, tokenize } from "sugar-high/core";

/** A piece of code of one kind: `keyword`, `string`, `comment` and so on. */
export interface Token {
  readonly kind: string;
  readonly text: string;
}

/** Each is loaded when a block of it is first seen. */
const LANGUAGES: Readonly<Record<string, () => Promise<ParseOptions>>> = {
  css: () => import("sugar-high/lang/css"),
  go: () => import("sugar-high/lang/go"),
  json: () => import("sugar-high/lang/json"),
  python: () => import("sugar-high/lang/python"),
  rust: () => import("sugar-high/lang/rust"),
  shell: () => import("sugar-high/lang/shell"),
  sql: () => import("sugar-high/lang/sql"),
};
const ALIASES: Readonly<Record<string, string>> = {
  bash: "shell",
  jsonc: "json",
  py: "python",
  rs: "rust",
  scss: "css",
  sh: "shell",
  zsh: "shell",
};
const SCRIPTS = new Set(["", "javascript", "js", "jsx", "mjs", "node", "ts", "tsx", "typescript"]);

/** Code in pieces that may be coloured. Of an unknown language it is one piece. */
export async function highlight(code: string, language: string): Promise<Token[]> {
  const options = await optionsFor(language.toLowerCase());
  if (!options) return [{ kind: "space", text: code }];
  return tokenize(code, options)
    .map(([type, text]) => ({ kind: SugarHigh.TokenTypes[type] ?? "space", text }));
}

/** Code without a language is read as TypeScript. JSX isn't: `a<` over and over takes quadratic time. */
async function optionsFor(language: string): Promise<ParseOptions | undefined> {
  if (SCRIPTS.has(language)) return { ...await import("sugar-high/lang/typescript"), jsx: false };
  const options = await LANGUAGES[ALIASES[language] ?? language]?.();
  return options && { ...options, jsx: false, regex: false, templateStrings: false };
}
