import type { Config } from "../../core/config.ts";
import { parseConfig } from "../../core/config.ts";
import { createLog } from "../../core/log.ts";
import { systemClock } from "../../core/clock.ts";
import { type ServerDeps, startServer } from "../../routes/server.ts";

/** A server on a free port of this machine, with the product's defaults but for limits. */
export interface TestServer extends AsyncDisposable {
  /** As in `http://localhost:41234`. */
  readonly url: string;
  /** As in `ws://127.0.0.1:41234`. */
  readonly wsUrl: string;
  readonly manager: Awaited<ReturnType<typeof startServer>>["manager"];
  /** Lines logged so far. */
  readonly lines: string[];
  close(): Promise<void>;
}

/**
 * Starts the real server: limits off and the log in memory unless `overrides` say otherwise.
 *
 * @param deps Handed to the server in place of its own.
 */
export async function startTestServer(
  overrides: Partial<Config> = {},
  deps: Pick<ServerDeps, "clock" | "ids" | "store"> = {},
): Promise<TestServer> {
  const lines: string[] = [];
  const log = createLog({
    level: "debug",
    format: "json",
    clock: systemClock,
    write: (line) => lines.push(line),
  });
  const config = { ...testConfig(), ...overrides };
  const server = await startServer({ config, log, ...deps });
  return {
    url: `http://localhost:${server.port}`,
    wsUrl: `ws://127.0.0.1:${server.port}`,
    manager: server.manager,
    lines,
    close: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function testConfig(): Config {
  const off = ["--rate", "--max-connections", "--max-per-address", "--max-per-session"];
  const args = ["--port", "0", "--store", "memory", ...off.flatMap((flag) => [flag, "0"])];
  const command = parseConfig(args, {}, { isTerminal: false });
  if (command.kind !== "run") throw new TypeError("Cannot start: expected settings to run with");
  return command.config;
}
