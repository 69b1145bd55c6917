// deno-lint-ignore-file no-console -- a script speaks on the console
/** Checks that each link of a Markdown page leads to a file, and to a heading if it names one. */
import { fileURLToPath } from "node:url";
import { brokenLinks } from "./docs/links.ts";
import { pagePaths } from "./docs/pages.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

function exists(path: string): boolean {
  try {
    Deno.statSync(ROOT + path);
    return true;
  } catch {
    return false;
  }
}

const paths = await pagePaths(ROOT);
const pages = Object.fromEntries(
  await Promise.all(paths.map(async (path) => [path, await Deno.readTextFile(ROOT + path)])),
);
const broken = brokenLinks(pages, exists);
for (const one of broken) console.error(one);
console.log(`${paths.length} pages, ${broken.length} broken links`);
Deno.exit(broken.length === 0 ? 0 : 1);
