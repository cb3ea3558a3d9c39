import type { Browser, BrowserContextOptions } from "playwright-core";
import { launchBrowser, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { JumpingClock } from "../support/jumping_clock.ts";
import { PROJECT } from "../support/program.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";
import { CONVERSATION, type Line, NOW, READER } from "./conversation.ts";

// The task `screenshots`: plays a conversation and writes pictures of it to `docs/screenshots/`.

/** One picture. */
interface Shot {
  readonly file: string;
  readonly options: BrowserContextOptions;
  /** Whether somebody has joined. @default {true} */
  readonly hasJoined?: boolean;
  /** The way to the screen from the chat; false if the page has no such screen. */
  readonly show?: (person: Person) => Promise<void | boolean>;
}

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

const SHOTS: readonly Shot[] = [
  { file: "desktop-light.png", options: { ...DESKTOP, colorScheme: "light" } },
  { file: "desktop-dark.png", options: { ...DESKTOP, colorScheme: "dark" } },
  { file: "phone-light.png", options: { ...PHONE, colorScheme: "light" } },
  {
    file: "private-dark.png",
    options: { ...DESKTOP, colorScheme: "dark" },
    show: async (person) => {
      await person.page.getByRole("button", { name: "Private: ben" }).click();
      await person.sees("Good idea.");
    },
  },
  { file: "join-light.png", options: { ...DESKTOP, colorScheme: "light" }, hasJoined: false },
  {
    file: "search-light.png",
    options: { ...DESKTOP, colorScheme: "light" },
    show: async ({ page }) => {
      await page.keyboard.press("Control+K");
      await page.getByRole("searchbox").fill("done");
      await page.getByRole("dialog").getByText("Second one").waitFor();
    },
  },
  {
    file: "settings-dark.png",
    options: { ...DESKTOP, colorScheme: "dark" },
    show: async ({ page }) => {
      const button = page.getByRole("button", { name: "Settings" });
      if (await button.count() === 0) return false;
      await button.click();
      await page.getByRole("dialog").waitFor();
    },
  },
];

const clock = new JumpingClock();
setClock(CONVERSATION[0]!.at);
await using server = await startTestServer({}, { clock });
const browser = await launchBrowser();
try {
  const storageState = await play(server, browser);
  setClock(NOW);
  for (const shot of SHOTS) await take(shot, storageState);
} finally {
  await browser.close();
}

/** Plays the conversation; returns what the reader's browser has stored. */
async function play({ url, wsUrl }: TestServer, browser: Browser) {
  const reader = await Person.join(browser, url, READER);
  const context = reader.page.context();
  const [cookie] = await context.cookies();
  const clients = new Map<string, ChatClient>();
  for (const name of new Set(CONVERSATION.map(({ from }) => from))) {
    const others = String.fromCharCode(65 + clients.size).repeat(43);
    const credential = name === READER ? cookie!.value : others;
    clients.set(name, await ChatClient.connect(wsUrl, name, { credential }));
  }
  for (const [i, line] of CONVERSATION.entries()) await say(clients.get(line.from)!, line, i);
  await reader.sees(CONVERSATION.findLast(({ to }) => to === undefined)!.text.slice(-10));
  const storageState = await context.storageState();
  await context.close();
  return storageState;
}

async function say(client: ChatClient, { at, to, text }: Line, i: number): Promise<void> {
  setClock(at);
  const id = `line-${i}`;
  client.send({ id, ...(to === undefined ? {} : { to }), message: text });
  await client.next("ack", (ack) => ack.id === id);
}

/** Half a minute later, so that the seconds which this takes change no minute. */
function setClock(at: string): void {
  clock.jump(Date.parse(`${at.replace(" ", "T")}:30Z`) - clock.now());
}

async function take(
  { file, options, hasJoined = true, show }: Shot,
  storageState: Awaited<ReturnType<typeof play>>,
): Promise<void> {
  const person = await Person.open(browser, "about:blank", {
    ...options,
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    ...(hasJoined ? { storageState } : {}),
  });
  const { page } = person;
  await page.clock.setFixedTime(clock.now());
  await page.goto(server.url);
  if (hasJoined) await person.sees(CONVERSATION.at(-1)!.text.slice(-10));
  else await page.getByLabel("Your name").waitFor();
  if (await show?.(person) === false) console.log(`${file}: the page has no such screen`);
  else {
    // Code is coloured once it has been on screen.
    const code = page.locator("#timeline .code").first();
    if (await code.isVisible()) await page.locator("#timeline .code__keyword").first().waitFor();
    await write(page.screenshot({ animations: "disabled" }), file);
  }
  await page.context().close();
}

async function write(picture: Promise<Uint8Array>, file: string): Promise<void> {
  const bytes = await picture;
  await Deno.writeFile(new URL(`docs/screenshots/${file}`, PROJECT), bytes);
  console.log(`${file}: ${Math.round(bytes.length / 1000)} KB`);
}
