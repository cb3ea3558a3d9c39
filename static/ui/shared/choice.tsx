/// <reference lib="dom" />
import type { ComponentChildren } from "preact";

interface ChoiceProps<Value extends string> {
  /** Common name of the radio buttons; the label's id begins with it. */
  readonly name: string;
  readonly label: ComponentChildren;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}

/** A choice of one from a few options, as radio buttons. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { name, label, options, value, onChoose } = props;
  return (
    <div class="choice" role="radiogroup" aria-labelledby={`${name}-label`}>
      <span id={`${name}-label`} class="choice__label">{label}</span>
      <span class="choice__options">
        {options.map((option) => (
          <label key={option.value} class="choice__option">
            <input
              class="choice__input"
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChoose(option.value)}
            />
            {option.label}
          </label>
        ))}
      </span>
    </div>
  );
}
