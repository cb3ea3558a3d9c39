/** Shapes on a field of 20 by 20, drawn with a line in the colour of the text. */
const SHAPES = {
  back: "M16 10H4.5M9 5l-5 5 5 5",
  bell: "M4.5 14h11l-1.3-2V8.8a4.2 4.2 0 0 0-8.4 0V12zM8.3 16.5h3.4",
  bellOff: "M4.5 14h11l-1.3-2V8.8a4.2 4.2 0 0 0-8.4 0V12zM8.3 16.5h3.4M3 3l14 14",
  close: "M5 5l10 10M15 5L5 15",
  done: "M4 10.5l4 4 8-9",
  copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
  gear:
    "M3 6h7M14 6h3M3 14h3M10 14h7M10 6a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6 14a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h1M9.5 8.5h1M13.5 8.5h1M6.5 11.5h7",
  lobby: "M7 4L5.5 16M14.5 4L13 16M3.5 8h13.5M3 12h13.5",
  lock: "M4 9h12v8H4zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  moon: "M16.5 11.8A7 7 0 1 1 8.2 3.5a5.6 5.6 0 0 0 8.3 8.3z",
  people:
    "M4.5 6.5a2.8 2.8 0 1 0 5.6 0 2.8 2.8 0 1 0-5.6 0M2.5 16c0-2.8 2-4.5 4.8-4.5s4.8 1.7 4.8 4.5M12.5 4a2.6 2.6 0 0 1 0 5M14 11.8c2.2.4 3.5 2 3.5 4.2",
  search: "M3.5 9a5.5 5.5 0 1 0 11 0 5.5 5.5 0 1 0-11 0M13.2 13.2L17 17",
  send: "M3.5 10h11M10 4.5l5.5 5.5-5.5 5.5",
  user: "M6.8 6.8a3.2 3.2 0 1 0 6.4 0 3.2 3.2 0 1 0-6.4 0M4 17c0-3.4 2.4-5.5 6-5.5s6 2.1 6 5.5",
} as const;

/** Name of a shape. */
export type IconName = keyof typeof SHAPES;

/** A picture that accompanies words or a control's name, and says nothing by itself. */
export function Icon({ name, class: extra = "" }: { name: IconName; class?: string }) {
  return (
    <svg class={`icon ${extra}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
