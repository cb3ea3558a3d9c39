import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds wrong with the page as it is shown now: a rule and an element each. */
export async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const runner = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await runner.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
  });
}
