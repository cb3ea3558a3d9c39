/** A fenced block of a page, with the line of text before it that says whose it is. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly context: string;
  readonly text: string;
}

/** The fenced blocks of a page that have a language. */
export function blocksOf(page: string, markdown: string): Block[] {
  const fenced = /^([^\n]*)\n\n```(\w+)\n(.*?)^```$/gms;
  return [...markdown.matchAll(fenced)].map(([, context, language, text]) => ({
    page,
    language: language!,
    context: context!,
    text: text!,
  }));
}
