/** One import or re-export of a module. */
export interface Import {
  /** As written: `./errors.ts`, `zod`, `node:sqlite`. */
  readonly specifier: string;
  /** Path from the project's root if it is relative, else the specifier. */
  readonly target: string;
  /** Whether nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

/** Project files, by path from the root, with what each imports. */
export type ModuleGraph = ReadonlyMap<string, readonly Import[]>;

const SKIPPED_FOLDERS = new Set(["dist", "data", "docs", "node_modules"]);
const STATIC_IMPORT = /^(?:import|export)\b([^"';]*?)\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*"([^"]+)"/g;
/** Lines of block comments, in which JSDoc names types. */
const COMMENT_LINES = /^\s*(?:\/\*|\*).*$/gm;
const JSDOC_IMPORT = /@import\b[^"]*?\bfrom\s+"([^"]+)"|\bimport\("([^"]+)"\)/g;

/** Reads the imports of every module under `root`, those of types in JSDoc too. */
export async function readModuleGraph(root: URL): Promise<ModuleGraph> {
  const graph = new Map<string, readonly Import[]>();
  for await (const path of modulesIn(root, "")) {
    graph.set(path, importsOf(path, await Deno.readTextFile(new URL(path, root))));
  }
  return graph;
}

/** The imports of one module's source. */
export function importsOf(path: string, source: string): Import[] {
  const code = source.replace(COMMENT_LINES, "");
  const comments = [...source.matchAll(COMMENT_LINES)].join("\n");
  const fixed = [...code.matchAll(STATIC_IMPORT)].map(([, clause = "", from, bare]) =>
    importOf(path, (from ?? bare)!, isTypeOnly(clause))
  );
  const dynamic = [...code.matchAll(DYNAMIC_IMPORT)]
    .map(([, specifier]) => importOf(path, specifier!, false));
  const types = [...comments.matchAll(JSDOC_IMPORT)]
    .map(([, from, inline]) => importOf(path, (from ?? inline)!, true));
  return [...fixed, ...dynamic, ...types];
}

/** A cycle among the modules that `includes` picks, as the path around it, if there is one. */
export function findCycle(
  graph: ModuleGraph,
  includes: (path: string) => boolean,
): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    done.add(path);
    for (const { target, isTypeOnly } of graph.get(path) ?? []) {
      const cycle = isTypeOnly || !includes(target) ? undefined : visit(target, [...trail, path]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = includes(path) ? visit(path, []) : undefined;
    if (cycle) return cycle;
  }
  return undefined;
}

async function* modulesIn(root: URL, folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(`./${folder}`, root))) {
    if (name.startsWith(".") || SKIPPED_FOLDERS.has(name)) continue;
    if (isDirectory) yield* modulesIn(root, `${folder}${name}/`);
    else if (/\.(tsx?|js)$/.test(name)) yield folder + name;
  }
}

function importOf(path: string, specifier: string, isTypeOnly: boolean): Import {
  const isRelative = specifier.startsWith(".");
  const base = `file:///${path}`;
  const target = isRelative ? new URL(specifier, base).pathname.slice(1) : specifier;
  return { specifier, target, isTypeOnly };
}

/** `import type …`, or a list in braces whose every name is a type. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1]?.split(",").map((name) => name.trim());
  return names?.filter((name) => name !== "").every((name) => name.startsWith("type ")) ?? false;
}
