/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Mark, wrapSelection } from "../../text/formatting.ts";

/** Text this long fills a third of any window. Measuring it at each key would take a while. */
const SURELY_FULL = 20_000;

/** Marks around the selection, by the key pressed with Ctrl or Cmd. */
const MARKS: Readonly<Record<string, Mark>> = { KeyB: "bold", KeyI: "italic", KeyE: "code" };

/** The mark that a key puts around the selection; null for other keys. */
export function markOfKey(
  { ctrlKey, metaKey, altKey, shiftKey, code }: KeyboardEvent,
): Mark | null {
  const isCommand = (ctrlKey || metaKey) && !altKey && !shiftKey;
  return isCommand ? MARKS[code] ?? null : null;
}

/** Changes of the text in the box by other means than typing. */
export interface TextBox {
  /** Something was typed. */
  changed(): void;
  /** Puts text in the place of other text, and the cursor after it. */
  replace(start: number, end: number, text: string): void;
  /** Wraps the selection. */
  wrap(mark: Mark): void;
}

/** The text of the box as it is, with its cursor. */
export function useText(
  box: RefObject<HTMLTextAreaElement | null>,
  onText: (text: string) => void,
): TextBox {
  const changed = () => onText(box.current?.value ?? "");
  return {
    changed,
    replace(start, end, text) {
      edit(box.current, start, end, text);
      changed();
    },
    wrap(mark) {
      const element = box.current;
      if (element === null || element.readOnly) return;
      const { value, selectionStart, selectionEnd } = element;
      const wrapped = wrapSelection(value, selectionStart, selectionEnd, mark);
      editInto(element, value, wrapped.text);
      element.setSelectionRange(wrapped.start, wrapped.end);
      changed();
    },
  };
}

/** Changes a text by replacing only the part that differs, because long replacements take seconds. */
function editInto(element: HTMLTextAreaElement, before: string, after: string): void {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  edit(element, start, before.length - same, after.slice(start, after.length - same));
}

/** Replaces text so that the browser's own undo can take it back. */
function edit(
  element: HTMLTextAreaElement | null,
  start: number,
  end: number,
  text: string,
): void {
  if (element === null) return;
  element.setSelectionRange(start, end);
  const command = text === "" ? "delete" : "insertText";
  const isDone = start === end && text === "" || document.execCommand(command, false, text);
  if (!isDone) element.setRangeText(text, start, end, "end");
}

/** Height of the box at most, in pixels. */
function highest(): number {
  return Math.round(innerHeight / 3);
}

/**
 * Makes the box as high as its text, up to a third of the window. The form keeps its height while
 * that is measured: the messages above would scroll.
 */
export function useFittedHeight(
  form: RefObject<HTMLFormElement | null>,
  box: RefObject<HTMLTextAreaElement | null>,
  text: string,
): void {
  const fit = useRef(() => {
    if (form.current === null || box.current === null) return;
    const { style, value } = box.current;
    if (value.length > SURELY_FULL) return void (style.height = `${highest()}px`);
    form.current.style.minBlockSize = `${form.current.offsetHeight}px`;
    style.height = "auto";
    const border = box.current.offsetHeight - box.current.clientHeight;
    const wanted = box.current.scrollHeight + border;
    style.height = `${Math.min(wanted, highest())}px`;
    form.current.style.minBlockSize = "";
  }).current;
  useLayoutEffect(fit, [text]);
  useEffect(() => {
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, []);
}
