import lighthouse, { desktopConfig } from "lighthouse";
import { type BrowserContext, chromium } from "playwright-core";
import { launchOptions } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startCommand, startProgram } from "../support/program.ts";

/**
 * What Lighthouse says of the join screen and of the chat with 300 messages, on a desktop and on
 * its slow phone: the task `lighthouse`. It exits with 1 where a median misses its goal.
 */

const RUNS = 3;
/** Lighthouse itself fails at times on a busy machine; such a run is repeated. */
const MAX_ATTEMPTS = 3;
const MESSAGES = 300;
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const PROFILES = {
  desktop: { config: desktopConfig, goal: 98 },
  phone: { config: undefined, goal: 95 },
} as const;
const LIMITS_OFF = ["--rate", "--max-per-address"];

const TEXTS = [
  "Good morning! Did the release go out?",
  "Yes, at nine. `deno task start` picks it up, see https://example.org/notes/42",
  "今天下午三点开会，大家都能来吗？",
  "نعم، سأكون هناك",
  "मैं भी आ रहा हूँ 🎉",
  "```ts\nconst answer = await fetch(url);\nconsole.log(answer.status);\n```",
  "Somebody asked why the second page takes longer than the first. It reads from the log, and " +
  "the first page is still in memory. I measured it twice, and both times it was about 4 ms.",
  "@ben can you look at it after lunch?",
];

type Profile = keyof typeof PROFILES;
type Result = NonNullable<Awaited<ReturnType<typeof lighthouse>>>["lhr"];

/** What one run found. */
interface Verdict {
  /** By category, from 0 to 100. */
  readonly scores: Readonly<Record<string, number>>;
  /** Audits below their best, each with what it says. */
  readonly failing: readonly string[];
}

if (import.meta.main) Deno.exit(await measureAll() ? 0 : 1);

async function measureAll(): Promise<boolean> {
  const off = LIMITS_OFF.flatMap((flag) => [flag, "0"]);
  const command = [...await startCommand(), "--port", "0", "--store", "memory", ...off] as const;
  await using server = await startProgram([...command]);
  await fill(server.port);
  let isGood = true;
  for (const screen of ["join", "chat"] as const) {
    for (const profile of Object.keys(PROFILES) as Profile[]) {
      const verdicts = await withBrowser(server.url, screen === "chat", async (port) => {
        const found: Verdict[] = [];
        for (let run = 0; run < RUNS; run++) found.push(await judge(server.url, port, profile));
        return found;
      });
      isGood = print(`${screen}, ${profile}`, verdicts, PROFILES[profile].goal) && isGood;
    }
  }
  return isGood;
}

/** A conversation of six people, as long as what the page shows of one at first. */
async function fill(port: number): Promise<void> {
  const names = ["Amara", "ben", "Chloé", "dmitri", "美咲", "فاطمة"];
  const people = await Promise.all(
    names.map((name) => ChatClient.connect(`ws://127.0.0.1:${port}`, name)),
  );
  for (let i = 0; i < MESSAGES; i++) {
    const person = people[Math.floor(i / 2) % people.length]!;
    person.send({ id: `m${i}`, message: TEXTS[i % TEXTS.length] });
    await person.next("ack", ({ id }) => id === `m${i}`);
  }
  await Promise.all(people.map((person) => person.close()));
}

/** Runs a browser with a profile of its own, in which somebody has joined or nobody has. */
async function withBrowser<T>(
  url: string,
  hasJoined: boolean,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const profile = await Deno.makeTempDir({ prefix: "parley-lighthouse-" });
  const { executablePath, args } = await launchOptions();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...args, "--remote-debugging-port=0"],
  });
  try {
    if (hasJoined) await join(context, url);
    // Chromium writes the port that it chose into its profile.
    const chosen = await Deno.readTextFile(`${profile}/DevToolsActivePort`);
    return await use(Number(chosen.split("\n")[0]));
  } finally {
    await context.close();
    await Deno.remove(profile, { recursive: true });
  }
}

async function join(context: BrowserContext, url: string): Promise<void> {
  const page = context.pages()[0]!;
  await page.goto(url);
  await page.getByLabel("Your name").fill(`reader-${crypto.randomUUID().slice(0, 8)}`);
  await page.keyboard.press("Enter");
  await page.locator("#composer-text").waitFor();
  await page.getByRole("log").getByText("Good morning!").first().waitFor();
  await page.goto("about:blank");
}

async function judge(url: string, port: number, profile: Profile): Promise<Verdict> {
  const { categories, audits } = await run(url, port, profile);
  const failing = Object.values(audits)
    .filter(({ score }) => score !== null && score < 1)
    .map(({ id, score, displayValue }) => `${id} ${score} ${displayValue ?? ""}`.trim());
  const scores = Object.values(categories)
    .map(({ id, score }) => [id, Math.round(100 * (score ?? 0))] as const);
  return { scores: Object.fromEntries(scores), failing };
}

async function run(url: string, port: number, profile: Profile): Promise<Result> {
  const flags = { port, onlyCategories: CATEGORIES, disableStorageReset: true };
  let failure = "";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const result = await lighthouse(url, flags, PROFILES[profile].config);
    if (result !== undefined && result.lhr.runtimeError === undefined) return result.lhr;
    failure = result?.lhr.runtimeError?.message ?? "no result";
  }
  throw new Error(`Lighthouse failed ${MAX_ATTEMPTS} times: ${failure}`);
}

/** Prints the medians and what failed in any run; says whether all medians reach the goal. */
function print(title: string, verdicts: readonly Verdict[], goal: number): boolean {
  console.log(`${title} (goal ${goal})`);
  const medians = CATEGORIES.map((category) => {
    const scores = verdicts.map((verdict) => verdict.scores[category] ?? 0).toSorted((a, b) =>
      a - b
    );
    const median = scores[Math.floor(scores.length / 2)]!;
    console.log(`  ${category}: ${median} (${scores.join(", ")})`);
    return median;
  });
  const audits = Map.groupBy(verdicts.flatMap(({ failing }) => failing), (text) => {
    return text.split(" ")[0]!;
  });
  for (const found of audits.values()) console.log(`    ${found.join(" | ")}`);
  return medians.every((median) => median >= goal);
}
