import { nameControls } from "../../text/controls.ts";
import { clampMarks } from "../../text/names.ts";
import { Control } from "./control.tsx";

/** Text as it is, with the characters that would change its direction as boxes that name them. */
export function PlainText({ text }: { readonly text: string }) {
  return (
    <>
      {nameControls(clampMarks(text)).map((part, index) =>
        part.isControl ? <Control key={index} name={part.text} /> : part.text
      )}
    </>
  );
}
