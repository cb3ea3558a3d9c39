import { type Assets, hashFiles, loadAssets, readFiles } from "./assets.ts";

/** A page's source folder and the folder that holds the bundle made from it. */
export interface PageFolders {
  /** URL of the sources, ending in a slash. Absent from the single binary. */
  readonly sources: URL;
  /** URL of the bundle, ending in a slash. */
  readonly bundle: URL;
}

/** The chat page's folders. */
export const PAGE: PageFolders = {
  sources: new URL("../static/", import.meta.url),
  bundle: new URL("../dist/page/", import.meta.url),
};

/** Name of the file in a bundle that holds the hash of its sources. Hidden, so never served. */
export const SOURCES_HASH_FILE = ".sources";

/** The page can't be served: its bundle is missing, or older than the sources beside it. */
export class BundleError extends Error {
  override name = "BundleError";
}

/**
 * Loads the page's bundle.
 *
 * @throws {BundleError} If there is no bundle, or if the sources have changed since it was made.
 */
export async function loadPage(folders: PageFolders = PAGE): Promise<Assets> {
  const made = await readSourcesHash(folders.bundle);
  if (made === undefined) throw new BundleError("The page is not bundled; run “deno task bundle”.");
  const sources = await hashSources(folders.sources);
  if (sources !== undefined && sources !== made) {
    throw new BundleError("The page’s sources have changed; run “deno task bundle”.");
  }
  return await loadAssets(folders.bundle);
}

/** Hash of the sources that a bundle was made from; nothing if there is no bundle. */
export async function readSourcesHash(bundle: URL): Promise<string | undefined> {
  return await unlessMissing(Deno.readTextFile(new URL(SOURCES_HASH_FILE, bundle)));
}

/** Hash of the sources as they are now; nothing if they aren't here, as in the single binary. */
export async function hashSources(sources: URL): Promise<string | undefined> {
  const files = await unlessMissing(readFiles(sources));
  return files && await hashFiles(files);
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
