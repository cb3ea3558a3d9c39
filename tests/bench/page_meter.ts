import type { CDPSession, Page } from "playwright-core";

/** What a page took while it was watched; times in milliseconds. */
export interface PageTimes {
  /** From each key to the end of the frame that shows it. */
  readonly keys: readonly number[];
  /** From each frame to the next. */
  readonly frames: readonly number[];
  /** Tasks of 50 ms and more. */
  readonly longTasks: readonly number[];
}

/** Memory of a page after a garbage collection. */
export interface PageMemory {
  readonly heapBytes: number;
  readonly nodes: number;
}

/** Measures one page. */
export class PageMeter {
  private constructor(readonly page: Page, private readonly session: CDPSession) {}

  static async attach(page: Page): Promise<PageMeter> {
    return new PageMeter(page, await page.context().newCDPSession(page));
  }

  /** Begins to watch, and forgets what was seen before. */
  async watch(): Promise<void> {
    await this.page.evaluate(watchPage);
  }

  /** What was seen since the watch began. */
  async times(): Promise<PageTimes> {
    return await this.page.evaluate(() => (globalThis as unknown as Watched).pageTimes);
  }

  async memory(): Promise<PageMemory> {
    await this.session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await this.session.send("Runtime.getHeapUsage");
    const { nodes } = await this.session.send("Memory.getDOMCounters");
    return { heapBytes: usedSize, nodes };
  }
}

interface Watched {
  pageTimes: { keys: number[]; frames: number[]; longTasks: number[] };
}

/** Runs in the page. A task posted in an animation frame runs after that frame is painted. */
function watchPage(): void {
  // deno-lint-ignore no-explicit-any
  const page = globalThis as any;
  const times: Watched["pageTimes"] = page.pageTimes ?? { keys: [], frames: [], longTasks: [] };
  for (const list of Object.values(times)) list.length = 0;
  if (page.pageTimes !== undefined) return;
  page.pageTimes = times;
  const afterPaint = (then: () => void) => {
    page.requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(null);
    });
  };
  addEventListener("keydown", ({ timeStamp }) => {
    afterPaint(() => times.keys.push(performance.now() - timeStamp));
  }, { capture: true });
  new page.PerformanceObserver((list: { getEntries(): { duration: number }[] }) => {
    times.longTasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });
  let previous = performance.now();
  const nextFrame = (now: number) => {
    times.frames.push(now - previous);
    previous = now;
    page.requestAnimationFrame(nextFrame);
  };
  page.requestAnimationFrame(nextFrame);
}
