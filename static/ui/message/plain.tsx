import { nameControls } from "../../text/controls.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";

/** Text with the characters that would change its direction as boxes that name them. */
export function PlainText({ text }: { readonly text: string }) {
  return (
    <>
      {nameControls(clampMarks(text)).map((part, index) => (
        part.isControl
          ? (
            <bdi
              key={index}
              class="control-character"
              dir="ltr"
              title={strings.message.directionControl}
            >
              {part.text}
            </bdi>
          )
          : part.text
      ))}
    </>
  );
}
