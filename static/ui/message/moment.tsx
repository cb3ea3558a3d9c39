import type { Dates } from "../../text/dates.ts";

interface MomentProps {
  readonly at: number;
  readonly dates: Dates;
  readonly class: string;
  /** Whether it is left out when messages are copied. */
  readonly isExtra?: boolean;
}

/** A time of day. Pointing at it, or focusing its message, shows the exact moment. */
export function Moment({ at, dates, class: name, isExtra = false }: MomentProps) {
  const exact = dates.exact(at);
  return (
    <time
      class={name}
      dateTime={dates.machine(at) ?? undefined}
      title={exact}
      data-exact={exact}
      data-extra={isExtra || undefined}
    >
      {dates.time(at)}
    </time>
  );
}
