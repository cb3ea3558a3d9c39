/// <reference lib="dom" />

interface ToggleProps {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** A switch with a label. */
export function Toggle({ id, label, note = "", isOn, onChange }: ToggleProps) {
  return (
    <div class="toggle">
      <label class="toggle__label" for={id}>{label}</label>
      <input
        id={id}
        class="toggle__input"
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-describedby={note === "" ? undefined : `${id}-note`}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {note !== "" && <p id={`${id}-note`} class="dialog__hint toggle__note">{note}</p>}
    </div>
  );
}
