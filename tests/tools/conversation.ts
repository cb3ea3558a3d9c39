/** One message of the conversation on the screenshots. */
export interface Line {
  /** As in `2026-11-23 09:02`, in universal time. */
  readonly at: string;
  readonly from: string;
  /** Absent: to everyone. */
  readonly to?: string;
  readonly text: string;
}

/** Whose page is shown. */
export const READER = "Amara";

/** When the screenshots are taken. */
export const NOW = "2026-11-24 10:24";

/** What was said: a small team, spread over the world, releases something. */
export const CONVERSATION: readonly Line[] = [
  { at: "2026-11-23 16:31", from: "ben", text: "Rehearsal is done: 14 minutes, no errors 🎉" },
  {
    at: "2026-11-23 16:32",
    from: "ben",
    text: "Notes are at https://example.org/notes/release-42",
  },
  {
    at: "2026-11-23 16:40",
    from: "Chloé",
    text: "Lovely. Then tomorrow at ten, and I’m around until the evening.",
  },
  { at: "2026-11-24 09:02", from: "Amara", text: "Good morning, everyone ☀️" },
  { at: "2026-11-24 09:03", from: "美玲", text: "早上好！今天的发布一切就绪。" },
  { at: "2026-11-24 09:04", from: "فاطمة", text: "صباح الخير، أنا جاهزة." },
  { at: "2026-11-24 09:05", from: "Priya", text: "सुप्रभात! मैं लॉग देख रही हूँ 👀" },
  {
    at: "2026-11-24 09:41",
    from: "ben",
    text: "@Amara one thing before we start: the second page of history was slow on my machine. " +
      "I measured it twice, and both times the first request took 40 ms and the others 4 ms.",
  },
  { at: "2026-11-24 09:43", from: "Amara", text: "That’s the cold cache. Run `deno task verify`." },
  {
    at: "2026-11-24 09:44",
    from: "ben",
    text: "This is what I used:\n```ts\nconst began = performance.now();\n" +
      'const page = await fetch("/api/messages?before=420");\n' +
      "console.log(page.status, performance.now() - began);\n```",
  },
  { at: "2026-11-24 09:46", from: "Chloé", text: "Same here: 38 ms, then 3 ms." },
  { at: "2026-11-24 09:47", from: "Priya", text: "The logs agree, nothing to worry about." },
  { at: "2026-11-24 09:52", from: "ben", to: "Amara", text: "Do you have a minute after lunch?" },
  { at: "2026-11-24 09:53", from: "Amara", to: "ben", text: "Sure, at one?" },
  { at: "2026-11-24 09:53", from: "ben", to: "Amara", text: "Perfect. It’s about the review." },
  {
    at: "2026-11-24 09:54",
    from: "ben",
    to: "Amara",
    text: "I’d like to give Priya the second half of it, she knows that code best. " +
      "I haven’t told her yet, so please keep it to yourself.",
  },
  { at: "2026-11-24 09:55", from: "Amara", to: "ben", text: "Good idea. I won’t say a word 🤐" },
  { at: "2026-11-24 10:00", from: "Amara", text: "Starting now." },
  { at: "2026-11-24 10:06", from: "美玲", text: "第一台服务器完成，没有错误。" },
  { at: "2026-11-24 10:11", from: "Priya", text: "Second one done, too. p99 is 22 ms." },
  { at: "2026-11-24 10:14", from: "Chloé", text: "All done! 🎉" },
  { at: "2026-11-24 10:14", from: "Chloé", text: "🚀" },
  { at: "2026-11-24 10:15", from: "فاطمة", text: "أحسنتم جميعاً 👏" },
  {
    at: "2026-11-24 10:17",
    from: "ben",
    text: "14 minutes, like yesterday. Thank you @Amara, @Priya and @Chloé!",
  },
  {
    at: "2026-11-24 10:20",
    from: "Chloé",
    to: "Amara",
    text: "Coffee at eleven, to celebrate? ☕",
  },
  { at: "2026-11-24 10:21", from: "Amara", text: "Thank **you**. I’ll write the announcement." },
];
