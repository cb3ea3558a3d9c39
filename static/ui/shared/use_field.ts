import { useState } from "preact/hooks";

/** Value of a text field, and its error until the next key. */
export interface FieldState {
  readonly value: string;
  readonly error: string;
  onValue(value: string): void;
  complain(error: string): void;
}

/** State of one text field. */
export function useField(): FieldState {
  const [value, setValue] = useState("");
  const [error, complain] = useState("");
  const onValue = (next: string) => {
    setValue(next);
    complain("");
  };
  return { value, error, onValue, complain };
}
