/// <reference lib="dom" />
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { FieldState } from "./use_field.ts";

interface FieldProps {
  /** The input's; its error has the same with `-error`. */
  readonly id: string;
  readonly isSecret?: boolean;
  readonly isReadOnly?: boolean;
  /** Whether the focus moves here when it appears. */
  readonly hasFocus?: boolean;
  readonly name?: string;
  readonly minLength?: number;
  readonly maxLength: number;
  readonly autocomplete: string;
  readonly enterKeyHint?: "go" | "done";
  readonly label: string;
  /** Its value and error; a new error moves the focus here. */
  readonly field: FieldState;
  /** Prefix of the classes: `dialog` or `join`. */
  readonly block: string;
  /** Ids of further elements that describe the field. */
  readonly describedBy?: string;
  /** Between the field and its error. */
  readonly children?: ComponentChildren;
}

const SECRET = { type: "password" } as const;
const PLAIN = { type: "text", dir: "auto" } as const;

/** A text field with its label above and its error below. */
export function Field(props: FieldProps) {
  const { id, label, field: { value, error, onValue }, block, isSecret = false, hasFocus = false } =
    props;
  const element = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (error !== "" || hasFocus) element.current?.focus();
  }, [error, hasFocus]);
  return (
    <>
      <label class={`${block}__label`} for={id}>{label}</label>
      <input
        ref={element}
        id={id}
        class={`${block}__input`}
        {...(isSecret ? SECRET : PLAIN)}
        name={props.name}
        value={value}
        readOnly={props.isReadOnly}
        minLength={props.minLength}
        maxLength={props.maxLength}
        autocomplete={props.autocomplete}
        autocapitalize="off"
        autocorrect="off"
        spellcheck={false}
        enterkeyhint={props.enterKeyHint}
        aria-describedby={`${props.describedBy ?? ""} ${id}-error`.trim()}
        aria-invalid={error !== ""}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
      {props.children}
      <p id={`${id}-error`} class={`${block}__error`} role="alert">{error}</p>
    </>
  );
}

/** Length as the server counts a passphrase. */
export function countNormalized(value: string): number {
  return [...value.normalize("NFKC")].length;
}
