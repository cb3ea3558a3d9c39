import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** A file as it is sent: plain, or compressed the first time somebody accepts that. */
export interface Asset {
  readonly mediaType: string;
  /** Strong ETag's text, without quotes: the content's hash. */
  readonly hash: string;
  /** What is sent for a content coding; compressed once and kept. */
  body(coding: Coding): Promise<Uint8Array<ArrayBuffer>>;
  /** The codings this file gains from, best first; `identity` is always one. */
  readonly codings: readonly Coding[];
}

/** Content codings this server can send. */
export type Coding = "br" | "gzip" | "identity";

/** A path under a folder, and what the file holds. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A folder of static files, held in memory. */
export interface Assets {
  /** One hash over all files: it names the folder whose files may be cached for ever. */
  readonly hash: string;
  /** `index.html`, its references pointing into that folder. */
  readonly page: Asset;
  /** All other files by their path in the folder, percent-encoded as in a URL. */
  readonly files: ReadonlyMap<string, Asset>;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff2: "font/woff2",
};
/**
 * The first visitor waits for this: beside other work, quality 11 took 850 ms for the page's files
 * and 5 took 12 ms; 5 makes them 3 KB larger, which takes 15 ms at 1.6 Mbit/s.
 */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
/** Types that compression makes smaller. */
const COMPRESSIBLE = /^text\/|json|svg/;
/** Hexadecimal digits kept of a SHA-256; 64 bits tell versions of one file apart. */
const HASH_LENGTH = 16;

/**
 * Reads a folder of static files into memory, once. It works on the folder inside a compiled
 * binary too.
 *
 * @param folder URL of the folder, ending in a slash.
 * @throws {Error} If there is no `index.html`.
 */
export async function loadAssets(folder: URL): Promise<Assets> {
  const contents = await readFiles(folder);
  const hash = await hashFiles(contents);
  const page = contents.get("index.html");
  if (page === undefined) {
    throw new Error(`Cannot serve the page as ${folder}index.html is missing`);
  }
  const files = new Map<string, Asset>();
  for (const [path, bytes] of contents) {
    if (path !== "index.html") files.set(encodeURI(path), await createAsset(path, bytes));
  }
  return { hash, page: await createAsset("index.html", pointInto(page, hash)), files };
}

/** Reads every file under a folder, hidden ones left out, in the order of their paths. */
export async function readFiles(folder: URL): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const path of (await listFiles(folder, "")).sort()) {
    files.set(path, await Deno.readFile(new URL(encodeURI(path), folder)));
  }
  return files;
}

/** One hash over the paths and contents of all files. */
export async function hashFiles(files: Files): Promise<string> {
  const lines: string[] = [];
  for (const [path, bytes] of files) lines.push(`${path}\n${await hashOf(bytes)}\n`);
  return hashOf(new TextEncoder().encode(lines.join("")));
}

async function listFiles(folder: URL, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(new URL(encodeURI(prefix), folder))) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory) paths.push(...await listFiles(folder, `${path}/`));
    else if (entry.isFile && !entry.name.startsWith(".")) paths.push(path);
  }
  return paths;
}

async function createAsset(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Asset> {
  const mediaType = MEDIA_TYPES[path.split(".").at(-1)!] ?? "application/octet-stream";
  const bodies = new Map<Coding, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    mediaType,
    hash: await hashOf(bytes),
    codings: COMPRESSIBLE.test(mediaType) ? ["br", "gzip", "identity"] : ["identity"],
    body(coding) {
      const body = bodies.get(coding) ?? compress(bytes, coding);
      bodies.set(coding, body);
      return body;
    },
  };
}

async function compress(
  bytes: Uint8Array<ArrayBuffer>,
  coding: Coding,
): Promise<Uint8Array<ArrayBuffer>> {
  if (coding === "br") return new Uint8Array(await promisify(brotliCompress)(bytes, BROTLI));
  if (coding === "gzip") return new Uint8Array(await promisify(gzip)(bytes, { level: 9 }));
  return bytes;
}

/** Makes a page's references to `static/…` go to `static/<hash>/…`; relative imports follow. */
function pointInto(page: Uint8Array<ArrayBuffer>, hash: string): Uint8Array<ArrayBuffer> {
  const html = new TextDecoder().decode(page);
  return new TextEncoder().encode(
    html.replace(/(\s(?:href|src)=["'](?:\.\/)?static\/)/g, `$1${hash}/`),
  );
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return digest.toHex().slice(0, HASH_LENGTH);
}
