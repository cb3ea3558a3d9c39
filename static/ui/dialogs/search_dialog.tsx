/// <reference lib="dom" />
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SearchResult } from "../../app/actions.ts";
import type { State } from "../../model/state.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Dialog } from "../shared/dialog.tsx";
import { WithCode } from "../shared/with_code.tsx";
import { Found } from "./found.tsx";
import type { Search } from "./use_search.ts";

interface SearchDialogProps {
  readonly search: Search;
  readonly state: State;
}

/** Searches messages and goes to the chosen one. */
export function SearchDialog({ search, state }: SearchDialogProps) {
  const dispatch = useDispatch();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const shown = search.results.filter(({ message }) => !state.erased.has(message.account));
  const choose = ({ message }: SearchResult) => {
    dispatch({ type: "dialog", dialog: null });
    dispatch({ type: "go_to", message });
  };
  const showMore = async () => {
    const before = list.current?.childElementCount ?? 0;
    await search.more();
    // The button may be gone, so the focus moves to the first new result.
    list.current?.children[before]?.querySelector("button")?.focus();
  };
  return (
    <Dialog id="search" title={strings.search.title} class="dialog--search">
      <form
        id="search-form"
        role="search"
        onKeyDown={(event) => moveAmong(event, field.current, list.current)}
        onSubmit={(event) => {
          event.preventDefault();
          void search.now();
        }}
      >
        <input
          ref={field}
          id="search-query"
          class="dialog__input"
          role="searchbox"
          dir="auto"
          maxLength={256}
          autocomplete="off"
          enterkeyhint="search"
          aria-label={strings.search.field}
          aria-describedby="search-hint"
          value={search.query}
          onInput={({ currentTarget }) => search.type(currentTarget.value)}
        />
        <p id="search-hint" class="dialog__hint">
          <WithCode text={strings.search.hint} />
        </p>
      </form>
      <p id="search-status" class="dialog__status" role="status">
        {search.status ?? (search.isDone ? countText(shown.length, search.hasMore) : "")}
      </p>
      <div
        class="dialog__results"
        onKeyDown={(event) => moveAmong(event, field.current, list.current)}
      >
        <ol
          ref={list}
          id="search-results"
          class="found-list"
          role="list"
          aria-label={strings.search.results}
        >
          {shown.map((result) => (
            <Found
              key={result.message.seq}
              result={result}
              ownAccount={state.self?.account ?? ""}
              clock={state.settings.clock}
              onChoose={() => choose(result)}
            />
          ))}
        </ol>
        {search.hasMore && (
          <button
            id="search-more"
            class="button"
            type="button"
            onClick={() => void showMore()}
          >
            {strings.search.more}
          </button>
        )}
      </div>
    </Dialog>
  );
}

/** @param hasMore Whether older messages are still to be looked at. */
function countText(shown: number, hasMore: boolean): string {
  const { nothing, nothingSoFar, found, foundSoFar } = strings.search;
  if (shown === 0) return hasMore ? nothingSoFar : nothing;
  return hasMore ? foundSoFar(shown) : found(shown);
}

/** Arrows go from the field through the results and back. */
function moveAmong(event: KeyboardEvent, field: HTMLElement | null, list: HTMLElement | null) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [field, ...list?.querySelectorAll("button") ?? []];
  const at = stops.findIndex((stop) => stop === document.activeElement);
  const next = stops[Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))];
  if (!next) return;
  next.focus();
  event.preventDefault();
}
