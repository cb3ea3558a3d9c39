import type { BrowserContext, WebSocketRoute } from "playwright-core";

/** The way from the pages of one browser context to the server, which a test can cut and mend. */
export interface PageLine {
  /** Every packet that a page sent to the server so far. */
  readonly sent: string[];
  /** Ends all sockets and lets no new one through, as when a laptop is closed. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Puts itself between the server and the sockets of pages that load from now on. */
export async function takeLine(context: BrowserContext): Promise<PageLine> {
  const sockets = new Set<WebSocketRoute>();
  const sent: string[] = [];
  let isUp = true;
  await context.routeWebSocket("**/ws/**", (socket) => {
    if (!isUp) return void socket.close({ code: 4008 });
    sockets.add(socket);
    const server = socket.connectToServer();
    socket.onMessage((packet) => {
      sent.push(packet.toString());
      server.send(packet);
    });
  });
  return {
    sent,
    async cut() {
      isUp = false;
      await context.setOffline(true);
      await Promise.all([...sockets].map((socket) => socket.close({ code: 4008 })));
      sockets.clear();
    },
    async mend() {
      isUp = true;
      await context.setOffline(false);
    },
  };
}
