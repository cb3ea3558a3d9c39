/** The programs that servers run with; absent if they could not be found or installed. */
export interface Tools {
  /** Folder with `node_modules`. */
  readonly packages: string | undefined;
  readonly bun: string | undefined;
  /** A Python that has FastAPI and its dependencies. */
  readonly python: string | undefined;
  /** Whether `taskset` can pin server and client to a core each. */
  readonly canPin: boolean;
  /** Another checkout of Parley to measure, as a folder's URL that ends in a slash. */
  readonly otherCheckout: URL | undefined;
}

/** Packages of the peers that run on Node and Bun. */
const PACKAGES = ["ws@8.23.0", "socket.io@4.8.4", "bun@1.4.5"] as const;
const NPM_FLAGS = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
const PYTHONS = ["/usr/bin/python3", "python3"] as const;
const PYTHON_MODULES = "import fastapi, uvicorn, uvloop, httptools, websockets";

/** Looks for every tool, and installs the packages of peers into `folder`. */
export async function findTools(folder: string, otherCheckout?: URL): Promise<Tools> {
  await Deno.mkdir(folder, { recursive: true });
  const install = ["npm", "install", ...NPM_FLAGS, "--prefix", folder, ...PACKAGES];
  const packages = await succeeds(install) ? folder : undefined;
  // The package's launcher is made by an install script, which npm doesn't run here.
  const arch = Deno.build.arch === "x86_64" ? "x64" : "aarch64";
  const buns = [`bun-linux-${arch}`, `bun-linux-${arch}-baseline`]
    .map((name) => `${folder}/node_modules/@oven/${name}/bin/bun`);
  return {
    packages,
    bun: packages && await firstThat(buns, ["--version"]),
    python: await firstThat(PYTHONS, ["-c", PYTHON_MODULES]),
    canPin: navigator.hardwareConcurrency > 1 && await succeeds(["taskset", "--version"]),
    otherCheckout,
  };
}

/** Runs a command and returns its output without the last newline. */
export async function runText(
  [path, ...args]: readonly [string, ...string[]],
  cwd: string | URL = ".",
): Promise<string> {
  const { stdout } = await new Deno.Command(path, { args, cwd, stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function firstThat(paths: readonly string[], args: string[]): Promise<string | undefined> {
  for (const path of paths) if (await succeeds([path, ...args])) return path;
  return undefined;
}

async function succeeds([path, ...args]: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(path!, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
