/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  type Completion,
  completionAt,
  type CompletionOption,
  type CompletionSources,
} from "../../model/completion.ts";
import type { ConversationKey } from "../../model/conversation.ts";
import { type Emoji, loadEmoji } from "../../text/emoji.ts";
import type { TextBox } from "./text_box.ts";

/** Suggestions for the word at the cursor. */
export interface OpenCompletion {
  readonly options: readonly CompletionOption[];
  /** Index of the option that Tab and Enter accept. */
  readonly chosen: number;
  accept(index: number): void;
  close(): void;
  /** Updates the suggestions after typing. */
  look(): void;
  /** A key pressed in the box; true if it was meant for the list. */
  press(event: KeyboardEvent): boolean;
}

const NO_OPTIONS: readonly CompletionOption[] = [];

/**
 * Completes names, commands and emoji in the box.
 *
 * @param conversation The list closes when this changes.
 * @param people Names that one may mean, the likeliest first, and which of them are away.
 */
export function useCompletion(
  box: RefObject<HTMLTextAreaElement | null>,
  text: TextBox,
  conversation: ConversationKey,
  people: () => Pick<CompletionSources, "names" | "away">,
): OpenCompletion {
  const [completion, setCompletion] = useState<Completion | null>(null);
  const [chosen, choose] = useState(0);
  const emoji = useRef<readonly Emoji[] | null>(null);
  const options = completion?.options ?? NO_OPTIONS;
  const close = () => setCompletion(null);
  useEffect(close, [conversation]);

  const look = () => {
    const { value = "", selectionStart = 0 } = box.current ?? {};
    const found = completionAt(value, selectionStart, { ...people(), emoji: emoji.current });
    setCompletion(found);
    choose(0);
    // Without the table names stay as they are typed, and the next key asks for it again.
    if (found?.isLoading) loadEmoji().then((table) => emoji.current = table, reportError);
  };
  const accept = (index: number) => {
    const option = options[index];
    close();
    if (completion !== null && option !== undefined) {
      text.replace(completion.start, completion.end, option.insert);
    }
  };
  const press = (event: KeyboardEvent) => {
    const step = options.length === 0 ? null : stepOf(event);
    if (step === null) return false;
    if (step === "accept") accept(chosen);
    else if (step === "close") close();
    else choose((chosen + options.length + step) % options.length);
    return true;
  };
  return { options, chosen, accept, look, close, press };
}

function stepOf(event: KeyboardEvent): 1 | -1 | "accept" | "close" | null {
  const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
  if (shiftKey || altKey || ctrlKey || metaKey) return null;
  switch (key) {
    case "ArrowDown":
      return 1;
    case "ArrowUp":
      return -1;
    case "Tab":
    case "Enter":
      return "accept";
    case "Escape":
      return "close";
    default:
      return null;
  }
}
