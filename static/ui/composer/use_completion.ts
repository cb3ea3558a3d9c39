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
  /**
   * Updates the suggestions after typing.
   *
   * @param isColonTyped Whether that was a colon, which closes the name of an emoji.
   */
  look(isColonTyped: boolean): void;
  /** The cursor may have moved: only the word before it completes. */
  leave(): void;
  /** A key pressed in the box; true if it was meant for the list. */
  press(event: KeyboardEvent): boolean;
}

const NO_OPTIONS: readonly CompletionOption[] = [];

/** What completes words besides the table of emoji, which is loaded here. */
export interface Sources {
  /** People that may be meant, and those who are away; asked only when a name is written. */
  readonly people: {
    readonly names: () => readonly string[];
    readonly away: () => ReadonlySet<string>;
  };
  readonly recentEmoji: readonly string[];
  /** An emoji was chosen. */
  readonly onEmoji: (emoji: string) => void;
}

/**
 * Completes names, commands and emoji in the box.
 *
 * @param conversation The list closes when this changes.
 */
export function useCompletion(
  box: RefObject<HTMLTextAreaElement | null>,
  text: TextBox,
  conversation: ConversationKey,
  { people, recentEmoji, onEmoji }: Sources,
): OpenCompletion {
  const [completion, setCompletion] = useState<Completion | null>(null);
  const [chosen, choose] = useState(0);
  const emoji = useRef<readonly Emoji[] | null>(null);
  const options = completion?.options ?? NO_OPTIONS;
  const close = () => setCompletion(null);
  useEffect(close, [conversation]);

  const look = (isColonTyped: boolean) => {
    const { value = "", selectionStart = 0 } = box.current ?? {};
    const sources: CompletionSources = {
      get names() {
        return people.names();
      },
      get away() {
        return people.away();
      },
      emoji: emoji.current,
      recentEmoji,
    };
    const found = completionAt(value, selectionStart, sources);
    setCompletion(found);
    choose(0);
    if (found?.isLoading) void load(isColonTyped);
    else if (found?.kind === "emoji" && isColonTyped) closeName(found);
  };
  /** A name that is typed to its closing colon is that emoji; the browser's undo takes it back. */
  const closeName = ({ start, end, options: [only] }: Completion) => {
    if (only === undefined || !box.current?.value.slice(start, end).endsWith(":")) return;
    close();
    text.replace(start, end, only.insert.trimEnd());
    onEmoji(only.key);
  };
  const load = async (isColonTyped: boolean) => {
    try {
      emoji.current = await loadEmoji();
    } catch (error) {
      // Names stay as they are typed, and the next key asks for the table again.
      return reportError(error);
    }
    lookAgain.current(isColonTyped);
  };
  const lookAgain = useRef(look);
  lookAgain.current = look;
  const leave = () => {
    if (completion !== null && box.current?.selectionStart !== completion.end) close();
  };
  const accept = (index: number) => {
    const option = options[index];
    close();
    if (completion === null || option === undefined) return;
    text.replace(completion.start, completion.end, option.insert);
    if (completion.kind === "emoji") onEmoji(option.key);
  };
  const press = (event: KeyboardEvent) => {
    const step = options.length === 0 ? null : stepOf(event);
    if (step === null) return false;
    if (step === "accept") accept(chosen);
    else if (step === "close") close();
    else choose((chosen + options.length + step) % options.length);
    return true;
  };
  return { options, chosen, accept, look, leave, close, press };
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
