/// <reference lib="dom" />
import { useEffect, useRef, useState } from "preact/hooks";
import { codeOf, type Leaf } from "../../text/markdown_tree.ts";
import { strings } from "../../text/strings.ts";
import type { Token } from "./highlight.ts";
import { Icon } from "../shared/icon.tsx";
import { PlainText } from "./plain.tsx";

/** How long a button says that it has copied. */
const COPIED_MS = 2_000;

/** A block of code in a message. It is coloured once it has been on screen. */
export function CodeBlock(props: { source: string; language: string; leaves: readonly Leaf[] }) {
  const code = codeOf(props.source, props.leaves);
  const { ref, tokens } = useHighlight(code, props.language);
  const words = strings.message;
  return (
    <div class="code" ref={ref} dir="ltr">
      <pre class="code__text" tabIndex={0} role="group" aria-label={words.code}>
        <code>{tokens.map((token, index) => <Piece key={index} {...token} />)}</code>
      </pre>
      <CopyButton text={code} />
    </div>
  );
}

function Piece({ kind, text }: Token) {
  const shown = <PlainText text={text} />;
  return kind === "space" ? shown : <span class={`code__${kind}`}>{shown}</span>;
}

function CopyButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  const words = strings.message;
  return (
    <button type="button" class="code__copy" data-extra onClick={copy}>
      <Icon name={isCopied ? "done" : "copy"} />
      <span class="code__word">{isCopied ? words.codeCopied : words.copyCode}</span>
    </button>
  );
}

/** The code's tokens: one plain piece until the block comes on screen and the highlighter is there. */
function useHighlight(code: string, language: string) {
  const ref = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  const [tokens, setTokens] = useState<readonly Token[] | null>(null);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!isSeen) return;
    let isCurrent = true;
    import("./highlight.ts").then(({ highlight }) => highlight(code, language)).then(
      (coloured) => isCurrent && setTokens(coloured),
      // Without colours it reads as well; a connection that is lost is said elsewhere.
      () => {},
    );
    return () => void (isCurrent = false);
  }, [isSeen, code, language]);
  return { ref, tokens: tokens ?? [{ kind: "space", text: code }] };
}
