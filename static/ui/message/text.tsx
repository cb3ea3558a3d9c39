/// <reference lib="dom" />
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isBigEmoji } from "../../text/big_emoji.ts";
import { countLines, foldAt } from "../../text/folding.ts";
import { parseMarkdown } from "../../text/markdown.ts";
import { cutMarkdown, type Link, type Markdown, type Node } from "../../text/markdown_tree.ts";
import type { NameLookup } from "../../text/mentions.ts";
import { strings } from "../../text/strings.ts";
import { CodeBlock } from "./code_block.tsx";
import { Control } from "./control.tsx";
import { rememberSource } from "./copy_source.ts";

/** Props of {@linkcode MessageText}. */
export interface MessageTextProps {
  readonly text: string;
  /** Who may be mentioned. The text is read again whenever this is another function. */
  readonly lookUp: NameLookup;
  /** The reader's own name; mentions of it stand out. */
  readonly ownName: string;
  readonly onMention: (name: string) => void;
}

/** The text of a message. Long ones are folded until the reader wants all of them. */
export function MessageText(props: MessageTextProps) {
  const { text, lookUp } = props;
  const message = useMemo(() => parseMarkdown(text, lookUp), [text, lookUp]);
  const fold = foldAt(text);
  return fold === undefined
    ? <Marked {...props} shown={message} />
    : <Folded {...props} message={message} fold={fold} />;
}

interface MarkedProps extends MessageTextProps {
  readonly shown: Markdown;
  readonly element?: RefObject<HTMLDivElement | null>;
}

function Marked({ shown, element, ...props }: MarkedProps) {
  const { text } = props;
  // Most texts are short, and cost no effect.
  const show = (own: HTMLDivElement | null) => {
    if (own !== null) rememberSource(own, shown);
    if (element !== undefined) element.current = own;
  };
  return (
    <div class={isBigEmoji(text) ? "text text--big" : "text"} ref={show}>
      {render(shown, { ...props, source: text })}
    </div>
  );
}

interface FoldedProps extends MessageTextProps {
  readonly message: Markdown;
  /** Where the text is cut. */
  readonly fold: number;
}

function Folded({ message, fold, ...props }: FoldedProps) {
  const [isWhole, setWhole] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const shown = isWhole ? message : cutMarkdown(message, fold);
  useStayOnFolding(element, isWhole);
  const words = strings.message;
  return (
    <>
      <Marked {...props} shown={shown} element={element} />
      <button
        type="button"
        class="text__fold"
        data-extra
        aria-expanded={isWhole}
        onClick={() => setWhole(!isWhole)}
      >
        {isWhole ? words.showLess : words.showAll(countLines(props.text))}
      </button>
    </>
  );
}

/** Brings a message that was folded from its end, and lies above the screen now, back on it. */
function useStayOnFolding(text: RefObject<HTMLElement | null>, isWhole: boolean): void {
  const wasWhole = useRef(isWhole);
  useLayoutEffect(() => {
    if (wasWhole.current && !isWhole) text.current?.scrollIntoView({ block: "nearest" });
    wasWhole.current = isWhole;
  }, [isWhole]);
}

/** What rendering a node needs besides it. */
type Context = Pick<MessageTextProps, "ownName" | "onMention"> & { readonly source: string };

/**
 * A node of the tree as elements and text nodes.
 *
 * @param dir Outermost blocks take their direction from their text. Inner ones have no `dir`, or
 *   their text wouldn't count for the outer block.
 */
export function render(node: Node, context: Context, dir?: "auto"): ComponentChildren {
  if (node.kind === "text") return node.text;
  if (node.kind === "control") return <Control name={node.name} />;
  if (node.kind === "break") return "\n";
  if (node.kind === "code_block") {
    return <CodeBlock source={context.source} language={node.language} leaves={node.children} />;
  }
  const childDir = node.kind === "message" ? "auto" : undefined;
  const children = node.children.map((child) => render(child, context, childDir));
  switch (node.kind) {
    case "message":
      return children;
    case "paragraph":
      return <p dir={dir}>{children}</p>;
    case "quote":
      return <blockquote class="quote" dir={dir}>{children}</blockquote>;
    case "list":
      return node.isOrdered ? <ol dir={dir}>{children}</ol> : <ul dir={dir}>{children}</ul>;
    case "item":
      return node.number === null ? <li>{children}</li> : <li value={node.number}>{children}</li>;
    case "strong":
      return <strong>{children}</strong>;
    case "emphasis":
      return <em>{children}</em>;
    case "strike":
      return <s>{children}</s>;
    case "code":
      return <code class="text__code" dir="auto">{children}</code>;
    case "link":
      return <Address link={node}>{children}</Address>;
    case "mention":
      return <Mention name={node.name} context={context}>{children}</Mention>;
  }
}

/** An address reads from left to right wherever it stands, so that its end can't pass for its host. */
function Address({ link, children }: { link: Link; children: ComponentChildren }) {
  return (
    <>
      <a href={link.href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {link.target !== null && (
        <span class="text__target" dir="ltr" data-extra>
          {" "}
          {strings.message.linkTarget(link.target)}
        </span>
      )}
    </>
  );
}

function Mention(props: { name: string; context: Context; children: ComponentChildren }) {
  const { name, context, children } = props;
  const isSelf = name === context.ownName;
  return (
    <button
      type="button"
      class={isSelf ? "mention mention--self" : "mention"}
      onClick={() => context.onMention(name)}
    >
      <bdi>{children}</bdi>
    </button>
  );
}
