/// <reference lib="dom" />
import { useLayoutEffect } from "preact/hooks";

/** What the shortcuts do that work wherever the focus is. */
export interface Shortcuts {
  /** Whether nothing covers the chat. */
  isEnabled(): boolean;
  /** A character was typed outside every field: it belongs in the box. */
  onType(): void;
  onKeys(): void;
  onSearch(): void;
  onEscape(): void;
  onPage(direction: 1 | -1): void;
  onSwitch(direction: 1 | -1): void;
  onFirstUnread(): void;
}

/** Listens for keys for as long as the component lives. */
export function useShortcuts(shortcuts: Shortcuts): void {
  // At once: an Esc right after a dialog has opened is the dialog's, and a late listener took it.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || !shortcuts.isEnabled()) return;
      const act = actOf(event, shortcuts);
      if (act === null) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}

/** Action of a key; null if the focused element handles it. */
function actOf(event: KeyboardEvent, shortcuts: Shortcuts): (() => void) | null {
  if (event.key === "Escape") return () => shortcuts.onEscape();
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey && !isCommand) return actOfAlt(event, shortcuts);
  if (isCommand) {
    return event.code === "KeyK" && !event.shiftKey ? () => shortcuts.onSearch() : null;
  }
  if (event.key === "PageUp" || event.key === "PageDown") {
    const direction = event.key === "PageUp" ? -1 : 1;
    return isLongField(event.target) ? null : () => shortcuts.onPage(direction);
  }
  if (isTextField(event.target)) return null;
  if (event.key === "?") return () => shortcuts.onKeys();
  // The character itself then goes into the box, because the focus moves before it is typed.
  if (isCharacter(event)) shortcuts.onType();
  return null;
}

function actOfAlt(event: KeyboardEvent, shortcuts: Shortcuts): (() => void) | null {
  if (event.key === "ArrowUp") return () => shortcuts.onSwitch(-1);
  if (event.key === "ArrowDown") return () => shortcuts.onSwitch(1);
  return event.code === "KeyU" ? () => shortcuts.onFirstUnread() : null;
}

/** A field with several screens of text keeps its own Page keys. */
function isLongField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement && target.scrollHeight > target.clientHeight + 2;
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    target.matches("textarea, select, input, [contenteditable]");
}

function isCharacter(event: KeyboardEvent): boolean {
  const isPress = event.key === " " && event.target instanceof HTMLButtonElement;
  return [...event.key].length === 1 && !isPress;
}
