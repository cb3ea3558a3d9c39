/// <reference lib="dom" />
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Icon } from "./icon.tsx";

interface DialogProps {
  readonly id: string;
  readonly title: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/**
 * A dialog over the page, as long as it is rendered. Esc, the button and a click beside it close
 * it; the focus goes back to where it came from.
 */
export function Dialog({ id, title, class: extra = "", children }: DialogProps) {
  const dispatch = useDispatch();
  const close = () => dispatch({ type: "dialog", dialog: null });
  const element = useModal();
  return (
    <dialog
      ref={element}
      id={id}
      class={`dialog ${extra}`}
      aria-labelledby={`${id}-title`}
      // One that is replaced by another closes as well, and must not take that along.
      onClose={({ currentTarget }) => currentTarget.isConnected && close()}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <header class="dialog__header">
        <h2 id={`${id}-title`} class="dialog__title">{title}</h2>
        <button
          id={`${id}-close`}
          class="button button--icon"
          type="button"
          aria-label={strings.common.close}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** Shows a dialog above everything for as long as its component lives. */
function useModal() {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Only its own closing gives the focus back.
    return () => dialog?.close();
  }, []);
  return element;
}
