// deno-lint-ignore-file no-console -- a script speaks on the console
/**
 * `deno task docs [--check]`: writes the reference pages from the commands, schemas and tables themselves, so that
 * they say the same. With `--check` it writes nothing, names what is stale, and exits with 1 if anything is.
 *
 * core/commands/REFERENCE.md is generated whole. Any other page of the repository may have blocks between
 * `<!-- generated: NAME -->` and `<!-- end -->`.
 */
import { fileURLToPath } from "node:url";
import { pageBlocks } from "./docs/blocks.ts";
import { commandReference } from "./docs/command_reference.ts";
import { fillBlocks } from "./docs/markdown.ts";
import { pagePaths } from "./docs/pages.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const check = Deno.args.includes("--check");
const stale: string[] = [];

async function update(path: string, text: string) {
  const before = await Deno.readTextFile(ROOT + path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (before === text) return;
  stale.push(path);
  if (!check) await Deno.writeTextFile(ROOT + path, text);
}

// Tables that other pages are made from come first, in a process of their own, so that what it writes is read.
const codes = new URL("./gen_error_codes.ts", import.meta.url);
const args = ["run", "--allow-all", fileURLToPath(codes), ...(check ? ["--check"] : [])];
const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" })
  .output();
if (!success) stale.push("core/commands/error_codes.ts");

await update("core/commands/REFERENCE.md", await commandReference());
const blocks = pageBlocks();
for (const path of await pagePaths(ROOT)) {
  if (path !== "core/commands/REFERENCE.md") {
    await update(path, fillBlocks(await Deno.readTextFile(ROOT + path), blocks));
  }
}
for (const path of stale) console.log(check ? `stale: ${path}` : `written: ${path}`);
if (check && stale.length > 0) console.error("hint: `deno task docs`");
Deno.exit(check && stale.length > 0 ? 1 : 0);
