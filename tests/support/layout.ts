import type { Page } from "playwright-core";
import { untilHolds } from "./browser.ts";

/**
 * What is wrong with how a page is laid out, as sentences: what is wider than its place, what is cut
 * off, and controls that lie over each other. While a dialog is open, only that is looked at.
 *
 * @param names Selector of what may be cut off with an ellipsis: names.
 */
export function findLayoutFaults(page: Page, names = ".none"): Promise<string[]> {
  return page.evaluate(`(${look})(${JSON.stringify(names)})`);
}

/** Opens each dialog in turn by the button in the sidebar, and the search. */
export async function* openDialogs(page: Page): AsyncGenerator<string> {
  const drawer = page.locator("#drawer-open");
  for (const name of ["account", "invite", "settings", "keys"]) {
    const isShut = await drawer.isVisible() &&
      await drawer.getAttribute("aria-expanded") === "false";
    if (isShut) await drawer.click();
    await pressEnterOn(page, `${name}-button`);
    yield* untilClosed(page, name);
  }
  if (await drawer.isVisible()) await page.locator("#drawer-close").click();
  await page.locator("#search-button").press("Enter");
  yield* untilClosed(page, "search");
}

/** Chromium focuses what was hidden a moment ago only after the next picture. */
async function pressEnterOn(page: Page, id: string): Promise<void> {
  const focused = `document.getElementById("${id}").focus(), document.activeElement.id === "${id}"`;
  await untilHolds(page, `(${focused})`);
  await page.keyboard.press("Enter");
}

async function* untilClosed(page: Page, name: string): AsyncGenerator<string> {
  await page.locator("dialog[open]").waitFor();
  yield name;
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
}

/** Runs in the page. */
const look = String.raw`(names) => {
  const faults = [];
  const root = document.querySelector("dialog[open]") ?? document.body;
  const describe = (element) => {
    const label = element.id || [...element.classList].join(".") || element.localName;
    return label + " “" + (element.textContent ?? "").trim().slice(0, 40) + "”";
  };
  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.closest("[inert], .visually-hidden") === null;
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is too wide");
  const shown = [root, ...root.querySelectorAll("*")].filter(isShown);
  for (const element of shown) {
    const { overflowX, overflowY, display } = getComputedStyle(element);
    const isCode = element.matches(".code__text, .code");
    if (display === "inline" || isCode || element.matches(names) || element instanceof SVGElement) continue;
    if (element.scrollWidth > element.clientWidth + 1 && overflowX !== "visible") {
      faults.push(describe(element) + " is cut off or scrolls sideways");
    }
    const isHidden = ["hidden", "clip"].includes(overflowY);
    if (isHidden && element.clientHeight > 0 && element.scrollHeight > element.clientHeight + 3) {
      faults.push(describe(element) + " is cut off below");
    }
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && (left < -0.5 || right > innerWidth + 0.5) && !element.closest(".code__text")) {
      faults.push(describe(element) + " reaches out of the window");
    }
  }
  const controls = shown.filter((element) =>
    element.matches("button, input:not([type=radio], [type=checkbox]), a, textarea, [role=option]") &&
    element.closest(".timeline, .timeline__jump") === null);
  controls.forEach((one, i) => controls.slice(i + 1).forEach((other) => {
    if (one.contains(other) || other.contains(one)) return;
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const isScrolledOut = one.closest(".sidebar__scroll") !== other.closest(".sidebar__scroll");
    if (width > 1 && height > 1 && !isScrolledOut) {
      faults.push(describe(one) + " lies over " + describe(other));
    }
  }));
  return faults;
}`;
