import { memo } from "preact/compat";
import type { ItemKey } from "../../model/item.ts";
import type { Block, Day } from "../../model/rows.ts";
import { strings } from "../../text/strings.ts";
import { useRowFacts } from "../message/row_context.ts";
import { RunView } from "../message/run.tsx";
import { LineView } from "./line.tsx";

interface DayViewProps {
  readonly day: Day;
  /** Moment in the reader's present day. */
  readonly today: number;
  /** The message that a search led to. */
  readonly found: ItemKey | null;
}

/** One day, whose name stays in view while one scrolls through it. */
export const DayView = memo(function DayView({ day, today, found }: DayViewProps) {
  const { dates } = useRowFacts();
  return (
    <section class="timeline__day">
      <h2 class="timeline__line timeline__line--day">
        <span>{dates.dayLabel(day.at, today)}</span>
      </h2>
      {day.blocks.map((block) => <BlockView key={block.key} block={block} found={found} />)}
    </section>
  );
});

function BlockView({ block, found }: { readonly block: Block; readonly found: ItemKey | null }) {
  switch (block.kind) {
    case "run":
      return <RunView run={block} found={found} />;
    case "line":
      return <LineView item={block.item} />;
    case "divider":
      return (
        <p class="timeline__line timeline__line--divider">
          <span>{strings.timeline.newMessages}</span>
        </p>
      );
  }
}
