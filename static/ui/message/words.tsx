import type { Word } from "../../text/names.ts";

/** A sentence in which names stand isolated: one in another script would move its neighbours. */
export function Words({ words }: { readonly words: readonly Word[] }) {
  return <>{words.map(({ text, isName }, i) => isName ? <bdi key={i}>{text}</bdi> : text)}</>;
}
