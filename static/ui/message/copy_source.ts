/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { type Markdown, sourceBetween } from "../../text/markdown_tree.ts";

/** The tree of each message's text on screen. */
const trees = new WeakMap<Element, Markdown>();

/** Remembers the tree that an element shows, so that it can be copied as it was typed. */
export function rememberSource(element: Element, shown: Markdown): void {
  trees.set(element, shown);
}

/**
 * Makes copying from messages give what was typed. Days, and the headers of runs with their authors
 * and times, are copied as lines of their own; avatars and what is marked `data-extra`, such as
 * buttons, aren't.
 *
 * @returns Undoes it.
 */
export function copySources(container: HTMLElement): () => void {
  const { ownerDocument } = container;
  const copy = (event: ClipboardEvent) => {
    const selection = ownerDocument.getSelection();
    if (selection === null || selection.isCollapsed || !selection.rangeCount) return;
    const source = sourceOf(selection.getRangeAt(0), container);
    if (source === null) return;
    event.clipboardData?.setData("text/plain", source);
    event.preventDefault();
  };
  // Of the whole document: the event goes to what has the focus, which may be the box.
  ownerDocument.addEventListener("copy", copy);
  return () => ownerDocument.removeEventListener("copy", copy);
}

/** The source of a selection, message by message; null if it contains no part of a message. */
function sourceOf(range: Range, container: Element): string | null {
  const pieces = new Map<Element, string>();
  let holdsMessage = false;
  for (const text of textsIn(range, container)) {
    const element = text.parentElement?.closest(".text, .run__header, .timeline__line");
    if (!element) continue;
    const tree = trees.get(element);
    if (!tree) pieces.set(element, `${pieces.get(element) ?? ""} ${text.data.trim()}`.trim());
    else if (!pieces.has(element)) {
      holdsMessage = true;
      pieces.set(element, sourceBetween(tree, ...spanOf(range, element)));
    }
  }
  return holdsMessage ? [...pieces.values()].join("\n") : null;
}

/** The text nodes that a selection touches, without those that aren't to be copied. */
function* textsIn(range: Range, root: Element): Generator<Text> {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (range.intersectsNode(node) && !isExtra(node)) yield node as Text;
  }
}

function isExtra(node: globalThis.Node): boolean {
  return node.parentElement?.closest("[data-extra], .avatar, [hidden]") !== null;
}

/** From which to which of an element's characters a selection reaches. */
function spanOf(range: Range, element: Element): [from: number, to: number] {
  let shown = 0;
  let [from, to] = [Infinity, 0];
  const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (isExtra(node)) continue;
    const text = node as Text;
    // The name of a control character stands for that one character.
    const isControl = text.parentElement?.closest(".control-character") !== null;
    const length = isControl ? 1 : text.length;
    if (range.intersectsNode(text)) {
      const start = range.startContainer === text && !isControl ? range.startOffset : 0;
      const end = range.endContainer === text && !isControl ? range.endOffset : length;
      from = Math.min(from, shown + start);
      to = Math.max(to, shown + end);
    }
    shown += length;
  }
  return [from, to];
}
