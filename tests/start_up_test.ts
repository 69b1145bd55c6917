import assert from "node:assert/strict";
import { staticModules } from "./support/static_modules.ts";

const root = new URL("../", import.meta.url);
const modules = [...staticModules(new URL("main.ts", root))].map((href) => href.replace(root.href, ""));

Deno.test("--version and --help load no package and nothing of Node", () => {
  assert.deepEqual(modules.filter((module) => module.startsWith("package:")), []);
});

Deno.test("--version and --help load no command, no plugin and no config", () => {
  const heavy = modules.filter((module) =>
    /^(plugins|core\/(commands|store|cache|source|pipeline|config|history))\//.test(module)
  );
  assert.deepEqual(heavy.sort(), ["core/commands/mod.ts", "core/config/env.ts"]);
});

Deno.test("--version and --help load few modules", () => {
  assert.ok(modules.length <= 32, `${modules.length} modules: ${modules.join(", ")}`);
});

Deno.test("list loads what makes flags and what holds the index, and no other package", () => {
  const entries = ["main.ts", "core/app.ts", "plugins/mod.ts", "core/commands/list.ts"];
  const packages = new Set(
    entries.flatMap((entry) =>
      [...staticModules(new URL(entry, root))].filter((href) => href.startsWith("package:"))
    ),
  );

  assert.deepEqual([...packages].sort(), ["package:node:sqlite", "package:zod"]);
});
