/**
 * What a line in the composer asks for.
 *
 * @typedef {{kind: "message", text: string}
 *   | {kind: "private", to: string, text: string}
 *   | {kind: "open", to: string}
 *   | {kind: "keys"}
 *   | {kind: "mistake", note: string}} Intent
 */

/** The commands, as the help shows them. */
export const COMMANDS = [
  { usage: "/msg name text", does: "send a private message" },
  { usage: "/keys", does: "show keyboard shortcuts" },
];

/**
 * Reads a line: `/msg bob hi` is private, `//x` says "/x", another slash word is a mistake and is
 * never sent, because a mistyped `/msg` must not become public.
 *
 * @param {string} line
 * @returns {Intent}
 */
export function readIntent(line) {
  const start = line.trimStart();
  if (start.startsWith("//")) return { kind: "message", text: start.slice(1) };
  if (!start.startsWith("/")) return { kind: "message", text: line };
  const [, word = "", rest = ""] = /^\/(\S*)\s*([^]*)$/.exec(start) ?? [];
  if (word === "msg") return readPrivate(rest);
  if (word === "keys" || word === "help") return { kind: "keys" };
  return {
    kind: "mistake",
    note: `“/${word}” is not a command. Use /msg or /keys, or start with “//” to send a slash.`,
  };
}

/**
 * @param {string} rest
 * @returns {Intent}
 */
function readPrivate(rest) {
  const [, to = "", text = ""] = /^@?(\S*)\s*([^]*)$/.exec(rest) ?? [];
  if (to === "") return { kind: "mistake", note: "Add a name and a message: /msg bob hello" };
  return text === "" ? { kind: "open", to } : { kind: "private", to, text };
}
