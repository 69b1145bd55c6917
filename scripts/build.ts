// deno-lint-ignore-file no-console -- a script speaks on the console
/**
 * `deno task compile [--kind compiled|portable] [--output FILE] [--target TRIPLE]`: makes dist/aero.
 *
 * Without `--kind`: compiled; portable where no denort can be had, and it says so. DENORT_BIN names a denort in
 * place of the one that Deno downloads; AERO_COMPILE_DENO names the Deno that compiles (`npx -y deno@2.8.3`).
 */
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { versionText } from "../core/version.ts";
import { bundle, filesBelow } from "./build/bundle.ts";
import { compile } from "./build/compiled.ts";
import { makePortable } from "./build/portable.ts";
import { readBuild } from "./build/stamp.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const { values } = parseArgs({
  args: Deno.args,
  options: {
    kind: { type: "string" },
    output: { type: "string", default: `${ROOT}dist/aero` },
    target: { type: "string" },
  },
});

function refuse(why: string): never {
  console.error(`error: Cannot build aero\ncause: ${why}`);
  Deno.exit(2);
}

const { kind, target } = values;
if (kind !== undefined && kind !== "compiled" && kind !== "portable") {
  refuse(`--kind is "${kind}", and there is compiled and portable`);
}
if (kind === "portable" && target !== undefined && target !== Deno.build.target) {
  refuse(`a portable file holds the running Deno, which is for ${Deno.build.target}`);
}

const output = resolve(values.output);
await Deno.mkdir(resolve(output, ".."), { recursive: true });
const directory = await Deno.makeTempDir({ prefix: "aero-build-" });
try {
  const build = await readBuild(ROOT);
  await bundle(ROOT, directory, build);
  const pieces = (await filesBelow(directory)).length;
  let made: string | undefined;
  if (kind !== "portable") {
    const deno = Deno.env.get("AERO_COMPILE_DENO");
    const failure = await compile(directory, {
      output,
      ...(target === undefined ? {} : { target }),
      ...(deno === undefined ? {} : { deno }),
    });
    if (failure === undefined) made = "compiled";
    else if (kind === "compiled" || target !== undefined) refuse(`no denort can be had\n${failure}`);
    else {console.error(
        `No denort can be had, so this is a portable file in place of a compiled one:\n${failure}\n`,
      );}
  }
  if (made === undefined) {
    await makePortable(directory, output);
    made = "portable";
  }
  const megabytes = ((await Deno.stat(output)).size / 1e6).toFixed(1);
  console.log(`${output}: aero ${versionText(build)}, ${made}, ${pieces} pieces, ${megabytes} MB`);
} finally {
  await Deno.remove(directory, { recursive: true });
}
