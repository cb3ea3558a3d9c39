/** A way to a server that can be cut: whoever uses it then has to connect anew. */
export interface CuttingProxy extends Disposable {
  readonly port: number;
  /** Breaks every connection, without a word. */
  cut(): void;
}

/** Starts a proxy on this machine in front of a port of it. */
export function startCuttingProxy(port: number): CuttingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let cutting = new AbortController();
  const accepting = async () => {
    for await (const client of listener) await join(client, port, cutting.signal);
  };
  accepting();
  const cut = () => {
    cutting.abort();
    cutting = new AbortController();
  };
  return {
    port: listener.addr.port,
    cut,
    [Symbol.dispose]() {
      listener.close();
      cut();
    },
  };
}

async function join(client: Deno.Conn, port: number, signal: AbortSignal): Promise<void> {
  const server = await Deno.connect({ hostname: "127.0.0.1", port });
  // A cut ends both ways with an error, as it is meant to.
  client.readable.pipeTo(server.writable, { signal }).catch(() => {});
  server.readable.pipeTo(client.writable, { signal }).catch(() => {});
}
