import { fileURLToPath } from "node:url";
import { readFiles } from "./assets.ts";
import {
  hashSources,
  type PageFolders,
  readSourcesHash,
  SOURCES_HASH_FILE,
} from "./page_bundle.ts";

/** Script and stylesheet that `index.html` names; everything they import goes into the bundle. */
const ENTRIES = ["main.tsx", "page.css"];
/** Files that the bundler reads; all others are copied. */
const BUNDLED = /\.(css|js|jsx|ts|tsx)$/;
/**
 * Where Deno finds certificate authorities. The first bundle downloads the bundler; later versions
 * of Deno trust the system's authorities too, but 2.6 must be told to.
 */
const CA_STORE = "DENO_TLS_CA_STORE";

/**
 * Bundles the page: one script, one stylesheet, and a chunk for each dynamic import. Does nothing
 * if the bundle was made from the sources as they are now.
 *
 * @throws {Error} If the bundler fails. It has written to stderr why.
 */
export async function bundlePage({ sources, bundle }: PageFolders): Promise<void> {
  const hash = await hashSources(sources);
  if (hash === undefined) throw new Error(`Cannot bundle the page: there is no ${sources.href}`);
  if (hash === await readSourcesHash(bundle)) return;
  const draft = new URL(`../${crypto.randomUUID()}/`, bundle);
  try {
    await runBundler(sources, draft);
    await copyOthers(sources, draft);
    await Deno.writeTextFile(new URL(SOURCES_HASH_FILE, draft), hash);
    await replace(bundle, draft, hash);
  } finally {
    await remove(draft);
  }
}

async function runBundler(sources: URL, target: URL): Promise<void> {
  const entries = ENTRIES.map((name) => fileURLToPath(new URL(name, sources)));
  const flags = ["--quiet", "--platform=browser", "--minify", "--code-splitting"];
  const args = ["bundle", ...flags, `--outdir=${fileURLToPath(target)}`, ...entries];
  const env = { [CA_STORE]: Deno.env.get(CA_STORE) ?? "mozilla,system" };
  const options = { args, env, stdout: "inherit", stderr: "inherit" } as const;
  const { success } = await new Deno.Command(Deno.execPath(), options).output();
  if (!success) throw new Error("Cannot bundle the page: the bundler failed");
}

async function copyOthers(sources: URL, target: URL): Promise<void> {
  for (const [path, bytes] of await readFiles(sources)) {
    if (BUNDLED.test(path)) continue;
    const file = new URL(path, target);
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeFile(file, bytes);
  }
}

/**
 * Puts a finished bundle in the old one's place: a server may start at any moment. Another process
 * may have been quicker with the same sources; then its bundle stays.
 */
async function replace(bundle: URL, draft: URL, hash: string): Promise<void> {
  const old = new URL(`../${crypto.randomUUID()}/`, bundle);
  try {
    const made = await readSourcesHash(bundle);
    if (made !== undefined && made !== hash) await Deno.rename(bundle, old);
    await Deno.rename(draft, bundle);
  } catch (error) {
    if (await readSourcesHash(bundle) !== hash) throw error;
  } finally {
    await remove(old);
  }
}

async function remove(folder: URL): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
