import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser, Person } from "../support/browser.ts";
import { watchRequests } from "../support/page_requests.ts";
import { type ProgramCommand, startCommand, startProgram } from "../support/program.ts";

/**
 * How long the page takes until one can write, on a slow line and a slow processor, and what it
 * asks for meanwhile. The task `bench:page` runs it. Its only argument is a binary to measure
 * instead of the checkout.
 */

/** Chromium's own presets, named as its developer tools and as Lighthouse name them. */
const LINES = {
  "slow 4G (Lighthouse: 150 ms, 1.6 Mbit/s)": { latency: 150, bytesPerSecond: 1_600_000 / 8 },
  "slow 4G (developer tools: 562 ms, 1.4 Mbit/s)": {
    latency: 562.5,
    bytesPerSecond: 1_440_000 / 8,
  },
} as const;
const PROCESSOR_SLOWDOWN = 4;
const RUNS = 5;

type Line = typeof LINES[keyof typeof LINES];

/** What one visit took. */
interface Visit {
  readonly ms: number;
  readonly requests: number;
  readonly bytes: number;
}

if (import.meta.main) await measureAll();

async function measureAll(): Promise<void> {
  const program: ProgramCommand = Deno.args[0] ? [Deno.args[0]] : await startCommand();
  await using server = await startProgram([...program, "--port", "0", "--store", "memory"]);
  const browser = await launchBrowser();
  for (const [name, line] of Object.entries(LINES)) {
    const first: Visit[] = [];
    const second: Visit[] = [];
    for (let run = 0; run < RUNS; run++) {
      const visits = await visitTwice(browser, server.url, line);
      first.push(visits[0]);
      second.push(visits[1]);
    }
    console.log(name);
    console.log(`  first visit:  ${describe(first)}`);
    console.log(`  second visit: ${describe(second)}`);
  }
  await browser.close();
}

async function visitTwice(browser: Browser, url: string, line: Line): Promise<[Visit, Visit]> {
  const person = await Person.open(browser, "about:blank");
  const context = person.page.context();
  const name = `p${crypto.randomUUID().slice(0, 8)}`;
  await person.page.addInitScript(enterAndNote, name);
  const first = await visit(context, url, line);
  const second = await visit(context, url, line);
  await context.close();
  return [first, second];
}

/** Opens the page in the context's tab; a first visit joins as soon as the scripts have run. */
async function visit(context: BrowserContext, url: string, line: Line): Promise<Visit> {
  const page = context.pages()[0]!;
  await page.goto("about:blank");
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: line.latency,
    downloadThroughput: line.bytesPerSecond,
    uploadThroughput: line.bytesPerSecond,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: PROCESSOR_SLOWDOWN });
  const requests = await watchRequests(page);
  await page.goto(url);
  const ms = await page.evaluate("noted") as number;
  const asked = { requests: requests.paths().length, bytes: await requests.bytes() };
  // Else the next visit would be slowed by both.
  await session.detach();
  return { ms, ...asked };
}

/**
 * Runs in the page: answers the question for a name once the scripts have run, and notes when the
 * box for messages can be written in, in milliseconds since the visit began.
 */
function enterAndNote(name: string): void {
  // deno-lint-ignore no-explicit-any
  const { document, scope } = { document: (globalThis as any).document, scope: globalThis as any };
  /** Once the scripts have taken the form over; a second visit goes straight in. */
  const enter = () => {
    if (scope.localStorage.entered || document.querySelector("#announcer") === null) return;
    scope.localStorage.entered = "yes";
    const field = document.querySelector("#join-name");
    field.value = name;
    field.form.requestSubmit();
  };
  scope.noted = new Promise<number>((resolve) => {
    const look = () => {
      enter();
      if (!document.querySelector("#composer-text")?.checkVisibility()) return;
      clearInterval(timer);
      resolve(performance.now());
    };
    const timer = setInterval(look, 5);
  });
}

function describe(visits: readonly Visit[]): string {
  const of = (key: keyof Visit) => visits.map((visit) => visit[key]).sort((a, b) => a - b);
  const middle = (key: keyof Visit) => of(key)[Math.floor(visits.length / 2)]!;
  const range = `${of("ms")[0]!.toFixed(0)} to ${of("ms").at(-1)!.toFixed(0)}`;
  return `${middle("ms").toFixed(0)} ms (${range}), ` +
    `${middle("requests")} requests, ${(middle("bytes") / 1000).toFixed(1)} KB`;
}
