import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { packetText } from "./packet_text.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chrome and Chromium are installed by their packages. */
const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Whether `@sparticuz/chromium` has a browser for this machine. */
const HAS_PACKED = Deno.build.os === "linux" && Deno.build.arch === "x86_64";

/**
 * Starts Chromium: an installed one, else the one inside `@sparticuz/chromium` on Linux x64.
 *
 * @throws {Error} Where there is none.
 */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch(await launchOptions());
}

/** What to start Chromium with where {@linkcode launchBrowser} doesn't fit. */
export async function launchOptions(): Promise<{ executablePath: string; args: string[] }> {
  return { executablePath: findInstalled() ?? await unpackPacked(), args: [...FLAGS] };
}

function findInstalled(): string | undefined {
  return INSTALLED.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

async function unpackPacked(): Promise<string> {
  if (!HAS_PACKED) throw new Error("Cannot test the page: there is no Chrome or Chromium");
  // The package trusts a fixed path in the temporary folder, and reads these when imported.
  Deno.env.set("TMPDIR", await Deno.makeTempDir({ prefix: "parley-chromium-" }));
  Deno.env.set("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
  const { default: packed } = await import("@sparticuz/chromium");
  return await packed.executablePath();
}

/** The browser of this file's stories: starting one takes longer than most of them. */
let shared: Promise<Browser> | undefined;

Deno.test.afterAll(async () => await (await shared)?.close());

/** Whether stories are skipped for want of a browser; with `CI` set, they fail instead. */
const IS_SKIPPED = findInstalled() === undefined && !HAS_PACKED && !Deno.env.get("CI");

/**
 * A test that tells a story in a browser, in which each person has cookies and storage of their
 * own. Where there is no browser it counts as ignored, never as passed. The browser's driver keeps
 * pipes and timers that are not the page's to close, so those checks are off here.
 *
 * @param ignore Whether something else that the story needs is missing.
 */
export function pageTest(
  name: string,
  story: (browser: Browser) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name,
    ignore: IS_SKIPPED || ignore,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => tell(story),
  });
}

async function tell(story: (browser: Browser) => Promise<void>): Promise<void> {
  shared ??= launchBrowser();
  const browser = await shared;
  try {
    await story(browser);
  } finally {
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}

/** One person at a browser of their own: own cookies, own storage. */
export class Person {
  /** Every packet the page's sockets got, as text. */
  readonly received: string[] = [];
  /** What the page complained about in its console, and what it threw. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        const data = typeof payload === "string" ? payload : new Uint8Array(payload).buffer;
        this.received.push(packetText(data));
      });
    });
    page.on("pageerror", (error) => void this.complaints.push(error.message));
    page.on("console", (line) => {
      if (line.type() === "error") this.complaints.push(line.text());
    });
  }

  /** Opens the page in a new browser context. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const person = new Person(page);
    await page.goto(url);
    return person;
  }

  /** Opens the page and joins under a name. */
  static async join(browser: Browser, url: string, name: string, options?: BrowserContextOptions) {
    const person = await Person.open(browser, url, options);
    await person.enter(name);
    return person;
  }

  /** Answers the question for a name. */
  async enter(name: string): Promise<void> {
    await this.page.getByLabel("Your name").fill(name);
    await this.page.keyboard.press("Enter");
    await this.box.waitFor();
  }

  /** Waits until the lobby has been read from the log, and nothing was in it. */
  async findsSilence(): Promise<void> {
    await this.page.getByText("No messages yet").waitFor();
  }

  /** The box where messages are written. */
  get box() {
    return this.page.locator("#composer-text");
  }

  /** The messages on screen. */
  get timeline() {
    return this.page.getByRole("log");
  }

  /** Writes a line and sends it with Enter. */
  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.box.press("Enter");
  }

  /** Waits until a message with this text is on screen. */
  async sees(text: string): Promise<void> {
    await this.timeline.getByText(text).first().waitFor();
  }

  /** How many lines on screen hold this text. */
  count(text: string): Promise<number> {
    return this.timeline.getByText(text).count();
  }

  /** Goes to a private conversation that is listed already. */
  async turnTo(name: string): Promise<void> {
    const list = this.page.locator("#conversations");
    await list.getByRole("button", { name: `Private: ${name}` }).click();
  }

  /** Begins to write privately, by a click on someone in the list. */
  async choose(name: string): Promise<void> {
    await this.page.locator("#people").getByRole("button", { name }).click();
  }
}

/** Waits until an expression holds in a page, whose policy forbids what `waitForFunction` does. */
export async function untilHolds(page: Page, expression: string): Promise<void> {
  await page.evaluate(`new Promise((resolve, reject) => {
    const deadline = performance.now() + 30_000;
    const look = () => {
      if (${expression}) return resolve();
      if (performance.now() > deadline) return reject(new Error("Waited in vain"));
      requestAnimationFrame(look);
    };
    look();
  })`);
}
