/** What a tool does to the log in `--data`. */
export interface Tool {
  /** Whether it takes a file, as in `parley backup FILE`. */
  readonly file: "none" | "needed" | "optional";
  /** What it does, as one sentence. */
  readonly effect: string;
}

/** Everything Parley does besides serving. */
export const TOOLS = {
  backup: { file: "needed", effect: "Copy the log to FILE, while a server may run." },
  restore: { file: "needed", effect: "Put a backup into a folder that holds no log yet." },
  export: { file: "optional", effect: "Write the log as JSON Lines to FILE, or print it." },
  import: { file: "optional", effect: "Make a log from such lines in FILE, or as typed in." },
  verify: { file: "none", effect: "Check the log, while a server may run." },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** How a tool is called, as in `backup FILE`. */
export function usageOf(name: ToolName): string {
  const { file } = TOOLS[name];
  return file === "none" ? name : file === "needed" ? `${name} FILE` : `${name} [FILE]`;
}
