/** All modules that importing `entry` loads before anything runs: those behind static imports. */
export function staticModules(entry: URL): Set<string> {
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
