/** What a tool does to the log in `--data`. */
export interface Tool {
  /** Whether it takes a file, as in `parley backup FILE`. */
  readonly file: "none" | "needed" | "optional";
  /** Whether it takes `--digest`. @default {false} */
  readonly hasDigest?: boolean;
  /** What it does, as one sentence. */
  readonly effect: string;
}

/** Everything Parley does besides serving. */
export const TOOLS = {
  backup: { file: "needed", effect: "Back up the log to FILE; the server may be running." },
  restore: { file: "needed", effect: "Restore a backup into a data folder without a log." },
  export: { file: "optional", effect: "Write the log as JSON Lines to FILE or standard output." },
  import: { file: "optional", effect: "Create a log from an export in FILE or standard input." },
  verify: {
    file: "none",
    hasDigest: true,
    effect: "Check the log for damage, with --digest also hash it; the server may be running.",
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** How a tool is called, as in `backup FILE`. */
export function usageOf(name: ToolName): string {
  const { file, hasDigest = false }: Tool = TOOLS[name];
  if (hasDigest) return `${name} [--digest]`;
  return file === "none" ? name : file === "needed" ? `${name} FILE` : `${name} [FILE]`;
}
