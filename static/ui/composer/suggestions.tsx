/// <reference lib="dom" />
import { useLayoutEffect, useRef } from "preact/hooks";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import type { OpenCompletion } from "./use_completion.ts";

/** Distance the list keeps from the upper edge of the conversation, in pixels. */
const EDGE_PX = 4;

/** Id of the element of one suggestion. */
export function suggestionId(index: number): string {
  return `suggestion-${index}`;
}

/**
 * The list of suggestions above the box. The focus stays in the box, which names the chosen one
 * as its active descendant.
 */
export function Suggestions({ completion }: { readonly completion: OpenCompletion }) {
  const { options, chosen, accept } = completion;
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => fit(list.current), [options]);
  useLayoutEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [
    options,
    chosen,
  ]);
  return (
    <ul
      ref={list}
      id="suggestions"
      class="suggestions"
      role="listbox"
      aria-label={strings.suggestions.label}
      hidden={options.length === 0}
      // The box keeps the focus, so a press must not take it.
      onPointerDown={(event) => event.preventDefault()}
    >
      {options.map(({ key, label, hint }, index) => (
        <li
          key={key}
          id={suggestionId(index)}
          class="suggestions__item"
          role="option"
          aria-selected={index === chosen}
          onClick={() => accept(index)}
        >
          <bdi class="suggestions__label">{clampMarks(label)}</bdi>
          <span class="suggestions__hint">{hint}</span>
        </li>
      ))}
    </ul>
  );
}

/** Limits the height of the list to the room above the box: at 400 % zoom there is little. */
function fit(list: HTMLElement | null): void {
  if (list === null || list.hidden) return;
  const top = list.closest("main")?.getBoundingClientRect().top ?? 0;
  const room = list.getBoundingClientRect().bottom - top - EDGE_PX;
  list.style.maxBlockSize = `${Math.max(0, room)}px`;
}
