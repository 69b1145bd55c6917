import { dirname, join, relative } from "node:path/posix";
import type { Build } from "../../core/version.ts";
import { succeed } from "./command.ts";
import { minify } from "./minify.ts";

/** Name of the first module in a bundle's directory. */
export const ENTRY = "main.js";

const WORKER = /(["'`])\.{1,2}\/(?:[^"'`]*\/)?([a-z0-9_]+_worker)\.ts\1/g;

/** A piece that is loaded when it is needed. */
const LAZY = /\bimport\((["'`])(\.{1,2}\/[^"'`]+\.js)\1\)/g;

/** What a piece that is a CommonJS module exports, as Deno bundles it. */
const COMMONJS = /^export default require_\w+\(\);$/m;

/** What Deno puts into a bundle that has CommonJS in it: a `require`, made at once. */
const REQUIRE =
  /import\s*\{\s*createRequire as (\w+)\s*\}\s*from\s*"node:module";\s*var (\w+)\s*=\s*\1\(import\.meta\.url\);/g;

/** Paths of all files below a directory, relative to it, sorted. */
export async function filesBelow(directory: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(`${directory}/${prefix}`)) {
    const path = prefix + entry.name;
    if (entry.isDirectory) files.push(...await filesBelow(directory, `${path}/`));
    else files.push(path);
  }
  return files.sort();
}

/** The workers of a source tree, relative to it. */
async function workersOf(root: string): Promise<string[]> {
  const files: string[] = [];
  for (const folder of ["core", "plugins"]) {
    const below = await filesBelow(`${root}/${folder}`).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    });
    files.push(...below.filter((path) => path.endsWith("_worker.ts")).map((path) => `${folder}/${path}`));
  }
  return files;
}

/**
 * Bundles `main.ts` of a source tree and its workers, each command in a piece of its own, so that a start reads no
 * more than it needs.
 *
 * @param directory Gets `main.js` and the pieces; may be absent.
 * @throws {Error} if a worker is named that is not there, or two have one name.
 */
export async function bundle(root: string, directory: string, build: Build): Promise<void> {
  const workers = await workersOf(root);
  await succeed([
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--code-splitting",
    `--outdir=${directory}`,
    "main.ts",
    ...workers,
  ], { cwd: root });
  const bundled = new Map<string, string>();
  for (const worker of workers) {
    const name = worker.slice(worker.lastIndexOf("/") + 1, -".ts".length);
    if (bundled.has(name)) throw new Error(`two workers are named ${name}`);
    bundled.set(name, worker.replace(/\.ts$/, ".js"));
  }
  const files = await filesBelow(directory);
  const commonJs = new Set<string>();
  for (const file of files) {
    const text = await Deno.readTextFile(`${directory}/${file}`);
    if (COMMONJS.test(text)) commonJs.add(file);
    await Deno.writeTextFile(`${directory}/${file}`, patient(text));
  }
  await minify(directory, files);
  for (const file of files) {
    const path = `${directory}/${file}`;
    const text = await Deno.readTextFile(path);
    const pointed = text.replaceAll(WORKER, (_, _quote, name) => {
      const target = bundled.get(name);
      if (target === undefined) throw new Error(`${file} starts ${name}.ts, which is not there`);
      const way = relative(dirname(file), target);
      return JSON.stringify(way.startsWith(".") ? way : `./${way}`);
    });
    // Deno reads ahead what it sees to be imported, lazily or not: all commands, for each start. It does not see this.
    const lazy = pointed.replaceAll(LAZY, (_, _quote, piece) => {
      const loaded = `import((0,${JSON.stringify(piece)}))`;
      return commonJs.has(join(dirname(file), piece)) ? named(loaded) : loaded;
    });
    await Deno.writeTextFile(path, stamped(lazy, build));
  }
}

/** A CommonJS piece exports itself alone, as `default`; who imports it lazily finds its names there too, as in the source. */
function named(loaded: string): string {
  return `${loaded}.then(({default:it})=>({...it,default:it}))`;
}

/**
 * Makes a bundle's `require` when it is first asked for: each start would load node:module for it, which takes as long
 * as Deno itself.
 *
 * @throws {Error} if it is made in a way that is not known.
 */
function patient(text: string): string {
  const made = text.replaceAll(
    REQUIRE,
    (_, make: string, name: string) =>
      `var ${make},${name}=id=>(${make}??=process.getBuiltinModule("node:module").createRequire(import.meta.url))(id);`,
  );
  if (/\bcreateRequire as\b/.test(made)) {
    throw new Error("the bundle makes its `require` in another way than expected");
  }
  return made;
}

/** A module that asks for `AERO_BUILD` gets it as a constant of its own. */
function stamped(text: string, build: Build): string {
  return /\bAERO_BUILD\b/.test(text) ? `const AERO_BUILD=${JSON.stringify(build)};${text}` : text;
}
