/** The programs that servers are run with; what is absent could not be found or installed. */
export interface Tools {
  /** Folder with `node_modules`. */
  readonly packages: string | undefined;
  readonly bun: string | undefined;
  /** A Python that has FastAPI and what belongs to it. */
  readonly python: string | undefined;
  /** Whether `taskset` can pin processes to a core of their own. */
  readonly canPin: boolean;
  /** Another checkout of Parley to measure, as a folder's URL ending in a slash. */
  readonly otherCheckout?: URL;
}

/** Packages of the peers that run on Node and Bun. */
const PACKAGES = ["ws@8.23.0", "socket.io@4.8.4", "bun@1.4.5"] as const;
const PYTHONS = ["/usr/bin/python3", "python3"] as const;
const PYTHON_MODULES = "import fastapi, uvicorn, uvloop, httptools, websockets";

/** Looks for every tool, and installs the packages of peers into `folder` if they aren't there. */
export async function findTools(folder: string): Promise<Tools> {
  const packages = await installPackages(folder);
  return {
    packages,
    bun: packages && await findBun(packages),
    python: await findPython(),
    canPin: navigator.hardwareConcurrency > 1 && await succeeds(["taskset", "--version"]),
  };
}

/** Runs a command and returns what it prints, without the last newline. */
export async function runText(
  [path, ...args]: readonly [string, ...string[]],
  cwd?: string | URL,
): Promise<string> {
  const options = { args, stderr: "null", ...(cwd === undefined ? {} : { cwd }) } as const;
  const { stdout } = await new Deno.Command(path, options).output();
  return new TextDecoder().decode(stdout).trim();
}

async function installPackages(folder: string): Promise<string | undefined> {
  const wanted = JSON.stringify(PACKAGES);
  const note = `${folder}/installed.json`;
  if (await readIfThere(note) === wanted) return folder;
  await Deno.mkdir(folder, { recursive: true });
  const flags = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
  const isInstalled = await succeeds(["npm", "install", ...flags, "--prefix", folder, ...PACKAGES]);
  if (!isInstalled) return undefined;
  await Deno.writeTextFile(note, wanted);
  return folder;
}

/** The package's own launcher is made by an install script; the program itself lies beside it. */
async function findBun(packages: string): Promise<string | undefined> {
  const arch = Deno.build.arch === "x86_64" ? "x64" : "aarch64";
  for (const name of [`bun-linux-${arch}`, `bun-linux-${arch}-baseline`]) {
    const path = `${packages}/node_modules/@oven/${name}/bin/bun`;
    if (await succeeds([path, "--version"])) return path;
  }
  return undefined;
}

async function findPython(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    if (await succeeds([python, "-c", PYTHON_MODULES])) return python;
  }
  return undefined;
}

async function succeeds([path, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  try {
    const command = new Deno.Command(path, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
