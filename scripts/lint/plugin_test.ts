import assert from "node:assert/strict";
import plugin from "./plugin.ts";
import { codeLines } from "./file_size.ts";

/** `rule: message` of all that the plugin says of a file. */
function said(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map((found) => `${found.id}: ${found.message}`);
}

const LONG = "use();\n".repeat(501);

const FLAGGED: readonly [rule: string, path: string, source: string][] = [
  ["docstring", "core/model/run.ts", `export interface Run {}`],
  ["docstring", "core/model/run.ts", `// Not for readers.\nexport function run() {}`],
  ["layers", "core/model/run.ts", `import { put } from "../store/put.ts";`],
  ["layers", "core/model/run.ts", `import type { Put } from "../store/put.ts";`],
  ["layers", "core/model/run.ts", `export * from "../store/put.ts";`],
  ["layers", "core/model/run.ts", `export { put } from "../store/put.ts";`],
  ["layers", "core/model/run.ts", `const store = await import("../store/put.ts");`],
  ["layers", "core/model/run.ts", `let x: import("../store/put.ts").Put;`],
  ["layers", "core/model/run.ts", `import { z } from "zod";`],
  ["layers", "core/model/run_test.ts", `import { put } from "../store/put.ts";`],
  ["layers", "core/cache/open.ts", `new Worker(new URL("../store/x_worker.ts", import.meta.url));`],
  ["layers", "core/store/put.ts", `import { local } from "../../plugins/storages/local/mod.ts";`],
  ["layers", "core/store/put.ts", `import { z } from "npm:zod@4";`],
  ["layers", "core/store/put.ts", `import fc from "fast-check";`],
  ["layers", "core/store/put.ts", `import { temp } from "../../tests/support/temp.ts";`],
  ["layers", "core/store/put.ts", `import { main } from "../../main.ts";`],
  ["layers", "core/drawer/put.ts", `import { AeroError } from "../errors.ts";`],
  ["layers", "core/pipeline/run.ts", `import { run } from "../commands/run.ts";`],
  ["layers", "core/actions/run_tracked.ts", `import { run } from "../commands/run.ts";`],
  ["layers", "core/actions/run_tracked.ts", `import { runsTable } from "../text/runs_table.ts";`],
  ["layers", "core/text/status_text.ts", `import { projectStatus } from "../actions/project_status.ts";`],
  ["layers", "core/text/run_facts.ts", `import { planRun } from "../pipeline/plan.ts";`],
  ["layers", "core/open_project.ts", `import { run } from "./commands/run.ts";`],
  ["layers", "core/program/files.ts", `import { AeroError } from "../errors.ts";`],
  ["layers", "plugins/storages/local/mod.ts", `import { memory } from "../memory/mod.ts";`],
  ["layers", "plugins/storages/local/mod.ts", `import { put } from "../../../core/store/put.ts";`],
  ["layers", "plugins/environments/host/mod.ts", `import { cli } from "../engine_cli/mod.ts";`],
  ["env-at-the-edge", "core/store/put.ts", `const home = Deno.env.get("HOME");`],
  ["env-at-the-edge", "plugins/storages/local/mod.ts", `const home = process.env.HOME;`],
  ["env-at-the-edge", "core/config/load.ts", `const { env } = { env: Deno["env"] };`],
  ["pure", "core/model/run.ts", `const text = Deno.readTextFileSync("x");`],
  ["pure", "core/format/record.ts", `const at = Date.now();`],
  ["pure", "core/format/record.ts", `const at = new Date();`],
  ["pure", "core/pipeline/plan.ts", `const x = Math.random();`],
  ["pure", "core/pipeline/plan_stage.ts", `const id = crypto.randomUUID();`],
  ["pure", "core/model/run.ts", `await fetch("x");`],
  ["pure", "core/format/record.ts", `import { createHash } from "node:crypto";`],
  ["no-bare-error", "core/store/put.ts", `throw new Error("no");`],
  ["no-bare-error", "plugins/storages/local/mod.ts", `reject(Error("no"));`],
  ["no-exit", "core/commands/run.ts", `Deno.exit(1);`],
  ["no-exit", "plugins/storages/local/mod.ts", `process.exit(1);`],
  ["file-names", "core/store/utils.ts", ``],
  ["file-names", "core/store/path_helpers.ts", ``],
  ["file-names", "core/shared/put.ts", ``],
  ["file-names", "core/store/types_test.ts", ``],
  ["file-names", "core/store/putMany.ts", ``],
  ["vendor-words", "core/store/put.ts", `const name = "s3";`],
  ["vendor-words", "core/store/put.ts", `function parseS3Key() {}`],
  ["vendor-words", "core/store/put.ts", `const hint = \`start docker: \${name}\`;`],
  ["vendor-words", "core/config/schema.ts", `z.literal("podman");`],
  ["file-size", "core/store/put.ts", LONG],
];

for (const [rule, path, source] of FLAGGED) {
  Deno.test(`aero/${rule} flags ${path}: ${source.slice(0, 70)}`, () => {
    const rules = said(path, source).map((line) => line.split(":")[0]);

    assert.deepEqual(rules, [`aero/${rule}`]);
  });
}

const PASSED: readonly [path: string, source: string][] = [
  ["core/model/run.ts", `import { UserError } from "../errors.ts"; import { x } from "./digest.ts";`],
  ["core/format/digest_of.ts", `import { createHash } from "node:crypto";`],
  ["core/format/record.ts", `import { z } from "zod"; const at = new Date(0);`],
  ["core/store/put.ts", `import { Storage } from "../plugin/storage.ts"; const at = Date.now();`],
  ["core/store/put.ts", `new Worker(new URL("./hash_worker.ts", import.meta.url));`],
  ["core/store/put.ts", `throw new TypeError("bug"); new UserError("x", { what: "y" });`],
  ["core/store/put_test.ts", `import { temp } from "../../tests/support/temp.ts"; throw new Error("no");`],
  ["core/commands/run.ts", `import { x } from "../pipeline/run.ts"; const example = "docker pull x";`],
  ["core/text/status_text.ts", `import type { ProjectStatus } from "../actions/project_status.ts";`],
  ["core/pipeline/run.ts", `import { PROGRAM_FILES } from "../program/program_files.ts";`],
  ["core/open_project.ts", `import { x } from "./app.ts"; import { y } from "./store/store.ts";`],
  ["core/config/env.ts", `Deno.env.get("HOME");`],
  ["core/config/schema.ts", `z.string().describe("docker, podman or host"); const f = "dockerfile";`],
  ["plugins/mod.ts", `import { local } from "./storages/local/mod.ts";`],
  ["plugins/environments/docker/mod.ts", `import { cli } from "../engine_cli/mod.ts"; const x = "docker";`],
  ["plugins/storages/ceph/mod.ts", `import { s3 } from "../s3/mod.ts";`],
  ["main.ts", `import { x } from "./plugins/mod.ts"; Deno.exit(Deno.env.get("X") ? 0 : 1);`],
  ["scripts/build.ts", `import { x } from "../core/version.ts"; Deno.exit(1);`],
  ["tests/types_test.ts", `import { x } from "../core/model/run.ts"; Deno.env.get("X");`],
];

for (const [path, source] of PASSED) {
  Deno.test(`the plugin passes ${path}: ${source.slice(0, 70)}`, () => {
    assert.deepEqual(said(path, source), []);
  });
}

Deno.test("a layer's hint lists what it may import", () => {
  const [found] = Deno.lint.runPlugin(plugin, "core/cache/open.ts", `import "../store/put.ts";`);

  assert.equal(found?.hint, "it may import core/errors, core/model, core/format");
});

Deno.test("codeLines() counts neither blanks nor comments", () => {
  const source = "/** a\n * b\n */\nconst x = 1; // c\n\n// d\nconst y = 2;\n";
  const comments = [...source.matchAll(/\/\*[^]*?\*\/|\/\/.*/g)].map((m) => ({
    range: [m.index, m.index + m[0].length] as [number, number],
  }));

  assert.equal(codeLines(source, comments), 2);
});
