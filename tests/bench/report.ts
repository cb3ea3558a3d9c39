import type { Results } from "./results.ts";
export function writeReport(
  _r: Results,
  _o: { folder: string; isForDocs: boolean },
): Promise<void> {
  return Promise.resolve();
}
