import { environmentName, type Setting, SETTINGS } from "./settings.ts";
import { type ToolName, TOOLS, usageOf } from "./tools.ts";
import { VERSION } from "./version.ts";

/** What `--help` prints. */
export function helpText(): string {
  const settings: Setting[] = Object.values(SETTINGS);
  const tools = Object.keys(TOOLS) as ToolName[];
  const lines = [
    ...settings.map((setting) =>
      helpLine(
        `--${setting.flag} ${setting.placeholder}`,
        `${setting.effect} [${shownDefault(setting)}]`,
      )
    ),
    helpLine("--help", "Show this help."),
    helpLine("--version", "Show the version."),
  ];
  return [
    `Parley ${VERSION}: a real-time chat server.`,
    "",
    "Usage: parley [settings]            Start the server.",
    "       parley COMMAND [settings]    Run a command on the log.",
    "",
    "Commands:",
    ...tools.map((name) => helpLine(usageOf(name), TOOLS[name].effect)),
    "",
    "Settings:",
    ...lines,
    "",
    "Every setting has an environment variable: PARLEY_MAX_PER_ADDRESS for --max-per-address.",
    "A flag overrides its variable. A limit of 0 means no limit.",
  ].join("\n");
}

/** The table of settings in `docs/configuration.md`, as Markdown. */
export function settingsTable(): string {
  const rows = Object.values(SETTINGS).map((setting: Setting) =>
    [
      `\`--${setting.flag}\``,
      `\`${environmentName(setting.flag)}\``,
      setting.unit,
      setting.shownDefault ?? (setting.default ? `\`${setting.default}\`` : "none"),
      setting.effect,
    ].join(" | ")
  );
  return [
    "Flag | Environment variable | Unit | Default | What it does",
    "--- | --- | --- | --- | ---",
    ...rows,
  ].map((row) => `| ${row} |`).join("\n");
}

function helpLine(left: string, right: string): string {
  return `  ${left.padEnd(28)}${right}`;
}

function shownDefault(setting: Setting): string {
  return setting.shownDefault ?? String(setting.default || "none");
}
