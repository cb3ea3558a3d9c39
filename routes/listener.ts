import type { Log } from "../core/log.ts";

/** How many connections may wait to be accepted, as when everybody comes back at once. */
const TCP_BACKLOG = 4096;
/** First and longest pause before listening again, in milliseconds. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** How long requests under way may take to finish before they end with the process. */
const DRAIN_WAIT_MS = 1_000;

/** What a {@linkcode Listener} needs from outside. */
export interface ListenerOptions {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
  readonly handle: Deno.ServeHandler<Deno.NetAddr>;
  /** Answers a request whose handling failed. */
  readonly onError: (error: unknown) => Response;
}

/**
 * Listens, and listens again when it has to. The runtime stops accepting for good at the first
 * error of `accept`, such as too many open files, and leaves the sockets there are alone: so those
 * who are in stay in, and whoever comes later waits until there is room.
 */
export class Listener {
  #options: ListenerOptions;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #isStopping = false;
  #port: number;
  #wake = () => {};

  /** @throws {Deno.errors.AddrInUse} And other errors of listening. */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = this.#serve(options.port);
    this.#port = this.#server.addr.port;
    this.#watch(this.#server);
  }

  /** The port it really listens on. */
  get port(): number {
    return this.#port;
  }

  /** Stops listening, and waits for requests under way as long as is fair to one that never ends. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    const server = this.#server;
    if (!server) return;
    // What is left after that ends with the process: after a shutdown, aborting throws.
    const drained = Promise.allSettled([server.shutdown(), server.finished]);
    const timeout = this.#pause(DRAIN_WAIT_MS);
    await Promise.race([drained, timeout]);
    this.#wake();
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { hostname, onError, handle } = this.#options;
    const options = { hostname, port, tcpBacklog: TCP_BACKLOG, onListen: () => {}, onError };
    return Deno.serve(options, handle);
  }

  async #watch(server: Deno.HttpServer<Deno.NetAddr>): Promise<void> {
    try {
      await server.finished;
    } catch (error) {
      if (this.#isStopping) return;
      this.#options.log.error("accepting connections failed", { error: String(error) });
      this.#server = undefined;
      await this.#listenAgain();
    }
  }

  async #listenAgain(): Promise<void> {
    for (
      let pauseMs = FIRST_PAUSE_MS;
      !this.#isStopping;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      await this.#pause(pauseMs);
      if (this.#isStopping) return;
      try {
        this.#server = this.#serve(this.#port);
      } catch (error) {
        this.#options.log.warn("listening again failed", { error: String(error) });
        continue;
      }
      this.#options.log.info("listening again", { port: this.#port });
      return void this.#watch(this.#server);
    }
  }

  /** Resolves after a time, or as soon as it is woken. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const id = setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(id);
        this.#wake = () => {};
        resolve();
      };
    });
  }
}
