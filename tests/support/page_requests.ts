import type { CDPSession, Page } from "playwright-core";

/** One request that a page made. */
interface PageRequest {
  readonly path: string;
  sent: number;
  received: number;
  isDone: boolean;
}

/** What a page asks its server for, WebSocket handshakes included. */
export interface PageRequests {
  /** Path of every request so far, in order. */
  paths(): string[];
  /** Bytes sent and received, headers included and frames of a socket left out. */
  bytes(): Promise<number>;
}

/** Counts what a page requests from now on. */
export async function watchRequests(page: Page): Promise<PageRequests> {
  const requests = new Map<string, PageRequest>();
  const session = await page.context().newCDPSession(page);
  follow(session, requests);
  await session.send("Network.enable");
  return {
    paths: () => [...requests.values()].map(({ path }) => path),
    async bytes() {
      while (![...requests.values()].every(({ isDone }) => isDone)) {
        await page.waitForTimeout(10);
      }
      return [...requests.values()].reduce((sum, { sent, received }) => sum + sent + received, 0);
    },
  };
}

function follow(session: CDPSession, requests: Map<string, PageRequest>): void {
  const update = (id: string, change: Partial<PageRequest>) => {
    const request = requests.get(id);
    if (request !== undefined) Object.assign(request, change);
  };
  const add = (id: string, url: string) => {
    if (!/^(http|ws)/.test(url)) return;
    requests.set(id, { path: new URL(url).pathname, sent: 0, received: 0, isDone: false });
  };
  session.on("Network.requestWillBeSent", ({ requestId, request }) => add(requestId, request.url));
  session.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => {
    update(requestId, { sent: sizeOf(headers) });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    update(requestId, { received: encodedDataLength, isDone: true });
  });
  session.on("Network.webSocketClosed", ({ requestId }) => update(requestId, { isDone: true }));
  session.on("Network.loadingFailed", ({ requestId }) => update(requestId, { isDone: true }));
  session.on("Network.webSocketCreated", ({ requestId, url }) => add(requestId, url));
  session.on("Network.webSocketHandshakeResponseReceived", ({ requestId, response }) => {
    const sent = sizeOf(response.requestHeaders ?? {});
    update(requestId, { sent, received: sizeOf(response.headers), isDone: true });
  });
}

/** Bytes of headers as HTTP/1.1 writes them: a colon, a space and a line's end each. */
function sizeOf(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
}
