import { type ParseOptions, SugarHigh, tokenize } from "sugar-high/core";
import * as css from "sugar-high/lang/css";
import * as go from "sugar-high/lang/go";
import * as json from "sugar-high/lang/json";
import * as python from "sugar-high/lang/python";
import * as rust from "sugar-high/lang/rust";
import * as shell from "sugar-high/lang/shell";
import * as sql from "sugar-high/lang/sql";
import * as typescript from "sugar-high/lang/typescript";

/** A piece of code of one kind: `keyword`, `string`, `comment` and so on. */
export interface Token {
  readonly kind: string;
  readonly text: string;
}

const LANGUAGES: Readonly<Record<string, ParseOptions>> = {
  css,
  go,
  json,
  python,
  rust,
  shell,
  sql,
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
export function highlight(code: string, language: string): Token[] {
  const options = optionsFor(language.toLowerCase());
  if (!options) return [{ kind: "space", text: code }];
  return tokenize(code, options)
    .map(([type, text]) => ({ kind: SugarHigh.TokenTypes[type] ?? "space", text }));
}

/** Code without a language is read as TypeScript. JSX isn't: `a<` over and over takes quadratic time. */
function optionsFor(language: string): ParseOptions | undefined {
  if (SCRIPTS.has(language)) return { ...typescript, jsx: false };
  const options = LANGUAGES[ALIASES[language] ?? language];
  return options && { ...options, jsx: false, regex: false, templateStrings: false };
}
