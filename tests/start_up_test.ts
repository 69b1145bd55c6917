import assert from "node:assert/strict";

/** All modules that importing `entry` loads before anything runs: those behind static imports. */
function staticModules(entry: URL): Set<string> {
  const found = new Set<string>();
  const visit = (url: URL) => {
    if (found.has(url.href)) return;
    found.add(url.href);
    if (url.protocol !== "file:") return;
    const source = Deno.readTextFileSync(url);
    for (
      const match of source.matchAll(
        /^(?:import|export)\s+(?!type\b)(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']/gm,
      )
    ) {
      // `import { type A, type B }` is erased as a whole.
      const names = /\{([^}]*)\}/.exec(match[0])?.[1]?.split(",").map((name) => name.trim()).filter(Boolean);
      if (names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "))) {
        continue;
      }
      const specifier = match[1]!;
      visit(specifier.startsWith(".") ? new URL(specifier, url) : new URL(`package:${specifier}`));
    }
  };
  visit(entry);
  return found;
}

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
