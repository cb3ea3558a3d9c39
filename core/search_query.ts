/** What someone looks for, read from the search box. */
export interface SearchQuery {
  /** Words or parts of words and phrases, all of which a message must hold. */
  readonly terms: readonly SearchTerm[];
  /** Only from the author with this name, in whatever spelling counts as the same. */
  readonly from?: string;
  /** Only in this conversation: `lobby`, or the private one with the user of this name. */
  readonly in?: string;
  /** Only sent before this moment, in epoch milliseconds. */
  readonly before?: number;
  /** Only sent at or after this moment, in epoch milliseconds. */
  readonly after?: number;
}

/** A word, or words that must follow each other. */
export interface SearchTerm {
  readonly text: string;
  readonly isPhrase: boolean;
}
