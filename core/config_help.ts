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
    helpLine("--help", "Show this text."),
    helpLine("--version", "Show the version."),
  ];
  return [
    `Parley ${VERSION}: a real-time chat server.`,
    "",
    "Usage: parley [settings]",
    "       parley TOOL [settings]",
    "",
    ...tools.map((name) => helpLine(usageOf(name), TOOLS[name].effect)),
    "",
    ...lines,
    "",
    "Each setting is an environment variable too: --max-per-address is PARLEY_MAX_PER_ADDRESS.",
    "A flag wins over its variable. Limits of 0 are off.",
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
