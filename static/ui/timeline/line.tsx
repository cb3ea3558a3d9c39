import { memo } from "../shared/memo.ts";
import type { Note, PresenceLine } from "../../model/item.ts";
import { clampMarks, listNames, withNames } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { Words } from "../message/words.tsx";

/** A line without an author: people who joined or left, or a note of the page. */
export const LineView = memo(function LineView({ item }: { readonly item: Note | PresenceLine }) {
  return (
    <p class="timeline__line timeline__line--note" data-key={item.key} data-extra>
      <span>
        {item.kind === "note"
          ? clampMarks(item.text)
          : <Words words={withNames(strings.timeline[item.what], listNames(item.names))} />}
      </span>
    </p>
  );
});
