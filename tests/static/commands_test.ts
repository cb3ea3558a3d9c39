import { assert, assertEquals } from "@std/assert";
import { commandHelp, readIntent } from "../../static/text/commands.ts";
import { parseMarkdown } from "../../static/text/markdown.ts";
import type { Inline } from "../../static/text/markdown_tree.ts";

Deno.test("readIntent() sends plain text, and never a mistyped command", () => {
  assertEquals(readIntent("hello"), { kind: "message", text: "hello" });
  assertEquals(readIntent("//me"), { kind: "message", text: "/me" });
  assertEquals(readIntent("/smg bob secret").kind, "mistake");
  assertEquals(readIntent("  /msg bob secret").kind, "direct");
  assertEquals(readIntent("/").kind, "mistake");
});

// It went to everyone.
Deno.test("readIntent() knows a command by the slash of another keyboard, and behind what isn't seen", () => {
  const direct = { kind: "direct", to: "bob", text: "psst" } as const;

  for (const start of ["\uFF0F", "\u200B/", "\u2060 /", "\u00AD/", "\uFEFF\n/"]) {
    assertEquals(readIntent(`${start}msg bob psst`), direct);
  }
  assertEquals(readIntent("\uFF0F\uFF0Fok"), { kind: "message", text: "\uFF0Fok" });
  assertEquals(readIntent("\u200Bhello"), { kind: "message", text: "\u200Bhello" });
});

Deno.test("readIntent() reads /msg with its name, its text and their absence", () => {
  assertEquals(readIntent("/msg bob a b\nc"), { kind: "direct", to: "bob", text: "a b\nc" });
  assertEquals(readIntent("/msg @bob hi"), { kind: "direct", to: "bob", text: "hi" });
  assertEquals(readIntent("/msg bob"), { kind: "open", to: "bob" });
  assertEquals(readIntent("/msg").kind, "mistake");
});

Deno.test("commandHelp() names only commands that readIntent() knows", () => {
  for (const { command, usage } of commandHelp()) {
    assert(usage === command || usage.startsWith(`${command} `), usage);
    assert(readIntent(usage).kind !== "mistake", usage);
  }
});

Deno.test("readIntent() knows a command whatever its case, as phones begin with a capital", () => {
  assertEquals(readIntent("/Msg bob hi"), { kind: "direct", to: "bob", text: "hi" });
  assertEquals(readIntent("/Keys"), { kind: "keys" });
});

Deno.test("readIntent() says an action in italics, line by line", () => {
  assertEquals(readIntent("/me waves "), { kind: "message", text: "*waves*" });
  assertEquals(readIntent("/me waves\n\n  and bows"), {
    kind: "message",
    text: "*waves*\n\n*and bows*",
  });
  assertEquals(readIntent("/me likes _it_"), { kind: "message", text: "*likes _it_*" });
  assertEquals(readIntent("/me").kind, "mistake");
});

Deno.test("readIntent() shrugs, after a text or alone", () => {
  assertEquals(readIntent("/shrug"), { kind: "message", text: "¯\\_(ツ)_/¯" });
  assertEquals(readIntent("/shrug who knows"), {
    kind: "message",
    text: "who knows ¯\\_(ツ)_/¯",
  });
});

Deno.test("actions are shown in italics, and a shrug keeps its arms", () => {
  const inlinesOf = (line: string): readonly Inline[] => {
    const intent = readIntent(line);
    const [block] = parseMarkdown(intent.kind === "message" ? intent.text : "").children;
    return block?.kind === "paragraph" ? block.children : [];
  };

  for (const line of ["/me waves", "/me likes snake_case", "/me likes _it_", "/me is 50*2"]) {
    assertEquals(inlinesOf(line).map(({ kind }) => kind), ["emphasis"], line);
  }
  assertEquals(inlinesOf("/shrug who knows").map((one) => one.kind === "text" ? one.text : ""), [
    "who knows ¯\\_(ツ)_/¯",
  ]);
});

Deno.test("readIntent() searches, and shows the keys and the help", () => {
  assertEquals(readIntent("/search from:bob soup"), { kind: "search", query: "from:bob soup" });
  assertEquals(readIntent("/search"), { kind: "search", query: "" });
  assertEquals(readIntent("/help"), { kind: "help" });
});

Deno.test("readIntent() takes no property of objects for a command", () => {
  assertEquals(readIntent("/constructor x").kind, "mistake");
  assertEquals(readIntent("/usr/bin is full").kind, "mistake");
});

Deno.test("readIntent() takes linear time for an action of any repetition", () => {
  for (const piece of [" ", "\n", "a ", " \n", "_"]) {
    const start = performance.now();

    readIntent("/me x" + piece.repeat(200_000) + "x");

    assert(performance.now() - start < 3_000, piece);
  }
});
