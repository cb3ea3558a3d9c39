/** Where a connection through a {@linkcode ByteCuttingProxy} ends. */
export interface Cut {
  /** Whose bytes are counted. */
  readonly side: "client" | "server";
  /** Bytes of that side that are forwarded before both ends are closed. */
  readonly afterBytes: number;
}

/** How a {@linkcode ByteCuttingProxy} works. */
export interface ByteCuttingProxyOptions {
  /** Port of the server on this machine. */
  readonly port: number;
  /** Where the next connection ends; `undefined` lets it be. */
  readonly nextCut: () => Cut | undefined;
}

/**
 * A TCP proxy on loopback that cuts connections at a byte of its choice: everything up to there is
 * forwarded first, so that a request arrives whose answer is lost. Dispose of it after use.
 */
export class ByteCuttingProxy implements AsyncDisposable {
  /** How many connections it has cut. */
  cuts = 0;
  #options: ByteCuttingProxyOptions;
  #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #links = new Set<Promise<void>>();
  #open = new Set<Deno.Conn>();
  #accepting: Promise<void>;

  constructor(options: ByteCuttingProxyOptions) {
    this.#options = options;
    this.#accepting = this.#accept();
  }

  /** Where clients connect, as in `ws://127.0.0.1:41234`. */
  get wsUrl(): string {
    return `ws://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  /** Stops accepting, ends every connection, and waits until they are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const conn of this.#open) this.#close(conn);
    await Promise.all(this.#links);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const link = this.#serve(client).finally(() => this.#links.delete(link));
      this.#links.add(link);
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    const server = await this.#reach();
    if (!server) return this.#close(client);
    this.#open.add(server);
    const cut = this.#options.nextCut();
    const limitOf = (side: Cut["side"]) => cut?.side === side ? cut.afterBytes : Infinity;
    await Promise.all([
      this.#pump(client, server, limitOf("client")),
      this.#pump(server, client, limitOf("server")),
    ]);
  }

  async #reach(): Promise<Deno.Conn | undefined> {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port: this.#options.port });
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return undefined;
      throw error;
    }
  }

  /** Forwards at most `limit` bytes one way; its end, in whatever way, ends both. */
  async #pump(from: Deno.Conn, to: Deno.Conn, limit: number): Promise<void> {
    const chunk = new Uint8Array(16 * 1024);
    try {
      for (let left = limit; left > 0;) {
        const count = await from.read(chunk);
        if (count === null) return;
        const part = chunk.subarray(0, Math.min(count, left));
        for (let sent = 0; sent < part.length;) sent += await to.write(part.subarray(sent));
        left -= part.length;
      }
      this.cuts++;
    } catch (error) {
      if (!isEnding(error)) throw error;
    } finally {
      this.#close(from);
      this.#close(to);
    }
  }

  #close(conn: Deno.Conn): void {
    if (this.#open.delete(conn)) conn.close();
  }
}

/** Whether a connection ended while it was used, by its peer or here. */
function isEnding(error: unknown): boolean {
  const kinds = [
    Deno.errors.BadResource,
    Deno.errors.BrokenPipe,
    Deno.errors.ConnectionReset,
    Deno.errors.Interrupted,
    Deno.errors.NotConnected,
  ];
  return kinds.some((kind) => error instanceof kind);
}
