import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Config,
  ConfigError,
  type Environment,
  type Facts,
  parseConfig,
} from "../../core/config.ts";
import { helpText, settingsTable } from "../../core/config_help.ts";
import { environmentName, SETTINGS } from "../../core/settings.ts";
import { VERSION } from "../../core/version.ts";

const FACTS = { fileDescriptors: 1000, isTerminal: false };

Deno.test("parseConfig() gives every setting its default when nothing is said", () => {
  assertEquals(configOf([]), {
    host: "127.0.0.1",
    port: 8000,
    dataDir: "./data",
    store: "sqlite",
    keep: { kind: "forever" },
    origins: [],
    hosts: [],
    trustedProxies: [],
    rate: 10,
    burst: 20,
    maxConnections: 900,
    robots: "deny",
    maxPerAddress: 100,
    maxPerSession: 20,
    nameTtlMs: 2_592_000_000,
    trustClock: false,
    leaveGraceMs: 5000,
    logLevel: "info",
    logFormat: "json",
  });
});

Deno.test("parseConfig() takes defaults from the machine", () => {
  const config = configOf([], {}, { isTerminal: true });

  assertEquals(config.maxConnections, 921);
  assertEquals(config.logFormat, "pretty");
});

Deno.test("parseConfig() freezes what it returns, lists too", () => {
  const config = configOf(["--hosts", "a.example,b.example"]);

  assertThrows(() => Object.assign(config, { port: 1 }), TypeError);
  assertThrows(() => Object.assign(config.hosts, { 0: "evil" }), TypeError);
});

const READ: [args: string[], env: Environment, expected: Partial<Config>][] = [
  [["--robots", "allow"], {}, { robots: "allow" }],
  [["--max-per-address", "5"], {}, { maxPerAddress: 5 }],
  [["--max-per-address=5"], {}, { maxPerAddress: 5 }],
  [[], { PARLEY_MAX_PER_ADDRESS: "5" }, { maxPerAddress: 5 }],
  [["--max-per-address", "6"], { PARLEY_MAX_PER_ADDRESS: "5" }, { maxPerAddress: 6 }],
  [[], { PARLEY_PORT: "" }, { port: 8000 }],
  [["--port", "0"], {}, { port: 0 }],
  [["--", "--port", "1"], {}, { port: 1 }],
  [["--port=65535"], {}, { port: 65535 }],
  [["--host", "::"], {}, { host: "::" }],
  [["--data", "a=b"], {}, { dataDir: "a=b" }],
  [["--keep", "30d"], {}, { keep: { kind: "age", maxAgeMs: 2_592_000_000 } }],
  [["--keep", "10000"], {}, { keep: { kind: "count", maxEvents: 10_000 } }],
  [["--keep", "none"], {}, { keep: { kind: "none" } }],
  [[], { PARLEY_STORE: "memory" }, { store: "memory" }],
  [["--data=a=b"], {}, { dataDir: "a=b" }],
  [["--hosts", " Chat.Example , bücher.example.,chat.example"], {}, {
    hosts: ["chat.example", "xn--bcher-kva.example"],
  }],
  [["--hosts="], { PARLEY_HOSTS: "chat.example" }, { hosts: [] }],
  [["--origins", "https://Example.com:443/,http://localhost:3000"], {}, {
    origins: ["https://example.com", "http://localhost:3000"],
  }],
  [["--trusted-proxies", "10.0.0.0/8, ::1"], {}, { trustedProxies: ["10.0.0.0/8", "::1"] }],
  [["--rate", "0.5"], {}, { rate: 0.5 }],
  [["--rate", "0", "--burst", "0"], {}, { rate: 0, burst: 0 }],
  [["--name-ttl", "30d"], {}, { nameTtlMs: 2_592_000_000 }],
  [["--trust-clock", "yes"], {}, { trustClock: true }],
  [["--leave-grace", "500ms"], {}, { leaveGraceMs: 500 }],
  [["--leave-grace", "0"], {}, { leaveGraceMs: 0 }],
  [["--leave-grace", "2h", "--name-ttl", "3h"], {}, { leaveGraceMs: 7_200_000 }],
  [["--log-level", "debug", "--log-format", "pretty"], {}, {
    logLevel: "debug",
    logFormat: "pretty",
  }],
];

for (const [args, env, expected] of READ) {
  Deno.test(`parseConfig() reads ${JSON.stringify(args)} with ${JSON.stringify(env)}`, () => {
    const config = configOf(args, env);

    for (const [name, value] of Object.entries(expected)) {
      assertEquals(config[name as keyof Config], value);
    }
  });
}

const REFUSED: [args: string[], env: Environment, message: string][] = [
  [["--prot", "1"], {}, "Unknown flag “--prot”; see --help."],
  [["serve"], {}, "Unknown command “serve”; see --help."],
  [["export", "-"], {}, "Unexpected argument “-”."],
  [["-p", "1"], {}, "Unexpected argument “-p”."],
  [["--toString", "1"], {}, "Unknown flag “--toString”; see --help."],
  [["--port"], {}, "--port needs a value; see --help."],
  [["--digest"], {}, "--digest is a flag of verify: parley verify --digest."],
  [["backup", "file", "--digest"], {}, "--digest is a flag of verify: parley verify --digest."],
  [["verify", "--digest=no"], {}, "--digest takes no value; see --help."],
  [["verify", "--digest", "--digest"], {}, "--digest was given more than once."],
  [["--port", "1", "--port=2"], {}, "--port was given more than once."],
  [["--port", "70000"], {}, "--port must be a whole number from 0 to 65535, not “70000”."],
  [["--port", ""], {}, "--port must be a whole number from 0 to 65535, not “”."],
  [["--port", "-1"], {}, "--port must be a whole number from 0 to 65535, not “-1”."],
  [["--port", "1e3"], {}, "--port must be a whole number from 0 to 65535, not “1e3”."],
  [
    [],
    { PARLEY_PORT: "x\ny" },
    "PARLEY_PORT must be a whole number from 0 to 65535, not “x\\ny”.",
  ],
  [["--host", "a b"], {}, "--host must be an IP address or a host name, not “a b”."],
  [
    ["--hosts", "a.example:80"],
    {},
    "--hosts must be a comma-separated list of host names without ports, not “a.example:80”.",
  ],
  [
    ["--origins", "example.com"],
    {},
    "--origins must be a comma-separated list of origins such as https://example.com, not “example.com”.",
  ],
  [
    ["--origins", "https://a.example/path"],
    {},
    "--origins must be a comma-separated list of origins such as https://example.com, not “https://a.example/path”.",
  ],
  [
    ["--trusted-proxies", "10.0.0.0/33"],
    {},
    "--trusted-proxies must be a comma-separated list of IP addresses or ranges such as 10.0.0.0/8, not “10.0.0.0/33”.",
  ],
  [
    ["--trusted-proxies", "10.0.0.0/8,::ffff:10.0.0.0/8"],
    {},
    "--trusted-proxies must be a comma-separated list of IP addresses or ranges such as 10.0.0.0/8, not “10.0.0.0/8,::ffff:10.0.0.0/8”.",
  ],
  [
    ["--name-ttl", "10"],
    {},
    "--name-ttl must be a duration such as 500ms, 5s, 10m or 30d, not “10”.",
  ],
  [
    ["--name-ttl", "9999d"],
    {},
    "--name-ttl must be a duration such as 500ms, 5s, 10m or 30d, at most 3650d, not “9999d”.",
  ],
  [
    ["--log-level", "loud"],
    {},
    "--log-level must be debug, info, warn or error, not “loud”.",
  ],
  [
    ["--burst", "0"],
    {},
    "--burst must be at least 1 unless --rate is 0; otherwise nothing could be sent.",
  ],
  [["--name-ttl", "1s"], {}, "--name-ttl must not be shorter than --leave-grace."],
];

for (const [args, env, message] of REFUSED) {
  Deno.test(`parseConfig() refuses ${JSON.stringify(args)} with ${JSON.stringify(env)}`, () => {
    const error = assertThrows(() => parseConfig(args, env, FACTS), ConfigError);

    assertEquals((error as Error).message, message);
  });
}

Deno.test("parseConfig() answers --help and --version whatever else is said", () => {
  assertEquals(parseConfig(["--nonsense", "--version"], {}, FACTS), { kind: "version" });
  assertEquals(parseConfig(["-V"], {}, FACTS), { kind: "version" });
  assertEquals(parseConfig(["--port", "x", "-h"], {}, FACTS).kind, "help");
});

Deno.test("parseConfig() lists every setting and its default in the help", () => {
  const text = helpText();

  for (const setting of Object.values(SETTINGS)) {
    assertStringIncludes(text, `--${setting.flag} ${setting.placeholder}`);
  }
  assertStringIncludes(text, "[0.9 of the file-descriptor limit]");
});

Deno.test("environmentName() follows from the flag", () => {
  assertEquals(environmentName("max-per-address"), "PARLEY_MAX_PER_ADDRESS");
});

Deno.test("docs/configuration.md holds the table of settings as the parser knows it", async () => {
  const manual = await Deno.readTextFile(new URL("../../docs/configuration.md", import.meta.url));

  assertEquals(rowsOf(manual), rowsOf(settingsTable()));
});

Deno.test("VERSION is the one in deno.json", async () => {
  const manifest = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));

  assertEquals(VERSION, JSON.parse(manifest).version);
});

function configOf(args: string[], env: Environment = {}, facts: Facts = FACTS): Config {
  const command = parseConfig(args, env, facts);
  if (command.kind !== "run") throw new Error(`Expected a config: got ${command.kind}`);
  return command.config;
}

/** The rows that speak of flags, cell by cell: `deno fmt` pads the cells. */
function rowsOf(markdown: string): string[][] {
  return markdown.split("\n")
    .filter((line) => line.startsWith("| `--"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}
