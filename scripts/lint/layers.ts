import { isTest, repositoryPath, resolveSpecifier } from "./repository_path.ts";

const CORE_ALL = [
  "errors",
  "version",
  "model",
  "format",
  "plugin",
  "store",
  "cache",
  "source",
  "history",
  "mirror",
  "program",
  "pipeline",
  "config",
  "cli",
];

/** Which layers of core/ a layer may import, beside itself. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  version: [],
  program: [],
  model: ["errors"],
  format: ["errors", "model"],
  plugin: ["errors", "model"],
  store: ["errors", "model", "format", "plugin"],
  cache: ["errors", "model", "format"],
  source: ["errors", "model"],
  config: ["errors", "version", "model", "plugin"],
  cli: ["errors", "version", "model"],
  history: ["errors", "version", "model", "format", "plugin", "store", "source"],
  pipeline: [
    "errors",
    "version",
    "model",
    "format",
    "plugin",
    "store",
    "cache",
    "source",
    "history",
    "config",
    "program",
  ],
  mirror: ["errors", "version", "model", "format", "plugin", "store", "history"],
  app: CORE_ALL,
  text: ["errors", "model", "history", "cli"],
  actions: [...CORE_ALL, "app"],
  commands: [...CORE_ALL, "app", "actions", "text"],
};

/** Layers of core/ whose types a layer may name, beside those it may import: what they make is what it reads. */
const TYPES_ALLOWED: Readonly<Record<string, readonly string[]>> = { text: ["actions"] };

/** Layers of core/ that the tests of a layer may import, beside those it may itself: they read frozen documents. */
const TESTS_ALLOWED: Readonly<Record<string, readonly string[]>> = { text: ["format"] };

/** What every plugin may import from core/. */
const PLUGIN_ALLOWED = ["plugin", "model", "errors"];

/** The plugins that build on a sibling. */
const SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  docker: ["engine_cli"],
  podman: ["engine_cli"],
  ceph: ["s3"],
  s3: ["s3_protocol"],
  "object_server": ["s3_protocol"],
};

/** Layers that stand on the language alone. */
const NO_PACKAGES = ["errors", "version", "model", "program"];

/** A layer of core/, or a plugin. */
type Named = { readonly in: "core" | "plugin"; readonly name: string };

/** Where a file belongs: to a layer, a plugin, or one of the places around them. */
type Place = Named | { readonly in: "main" | "plugin list" | "tests" | "scripts" | "elsewhere" };

/** The layer of a folder or file that lies right in core/: files are `app`, but for the two that all stand on. */
function coreLayer(name: string): string {
  if (!name.endsWith(".ts")) return name;
  const stem = name.replace(/(_test)?\.ts$/, "");
  return ["errors", "version"].includes(stem) ? stem : "app";
}

function placeOf(path: string): Place {
  const parts = path.split("/");
  if (path === "main.ts") return { in: "main" };
  if (path === "plugins/mod.ts") return { in: "plugin list" };
  if (parts[0] === "tests" || parts[0] === "scripts") return { in: parts[0] };
  if (parts[0] === "core") return { in: "core", name: coreLayer(parts[1]!) };
  if (parts[0] === "plugins") {
    const kind = ["storages", "trackers", "environments", "data_sources", "program_apis"].includes(parts[1]!);
    return { in: "plugin", name: parts[kind ? 2 : 1]! };
  }
  return { in: "elsewhere" };
}

function label(place: Named): string {
  return place.in === "core" ? `core/${place.name}` : `the plugin ${place.name}`;
}

/** What stands against an import of `to` from `from`, both paths in the repository; `undefined` if nothing. */
function objection(
  from: string,
  to: string,
  typesOnly: boolean,
): { message: string; hint: string } | undefined {
  const test = isTest(from);
  const a = placeOf(from), b = placeOf(to);
  if (test && to.startsWith("tests/support/")) return undefined;
  if (a.in === "plugin list") {
    if (b.in === "plugin" || b.in === "core") return undefined;
    return { message: `plugins/mod.ts must not import ${to}`, hint: "it lists plugins, nothing else" };
  }
  if (a.in !== "core" && a.in !== "plugin") return undefined;
  if (a.in === "core" && b.in === "core") {
    if (typesOnly && TYPES_ALLOWED[a.name]?.includes(b.name)) return undefined;
    if (test && TESTS_ALLOWED[a.name]?.includes(b.name)) return undefined;
  }
  const may = mayImport(a);
  return may.accepts(b) ? undefined : { message: `${label(a)} must not import ${to}`, hint: may.hint };
}

function mayImport(place: Named): { accepts(to: Place): boolean; hint: string } {
  const core = place.in === "core" ? ALLOWED[place.name] : PLUGIN_ALLOWED;
  if (core === undefined) {
    return {
      accepts: () => false,
      hint: `give core/${place.name} a line in ALLOWED, scripts/lint/layers.ts`,
    };
  }
  const siblings = place.in === "plugin" ? SIBLINGS[place.name] ?? [] : [];
  const names = [...core.map((name) => `core/${name}`), ...siblings.map((name) => `plugin ${name}`)];
  return {
    accepts: (to) =>
      ((to.in === "core" || to.in === "plugin") && to.in === place.in && to.name === place.name) ||
      (to.in === "core" && core.includes(to.name)) ||
      (to.in === "plugin" && siblings.includes(to.name)),
    hint: names.length === 0 ? "it imports nothing" : `it may import ${names.join(", ")}`,
  };
}

/** What stands against the specifier `npm:x`, `node:x` or `x` in the file at `from`. */
function packageObjection(from: string, specifier: string): { message: string; hint: string } | undefined {
  if (/^(npm|jsr|https?):/.test(specifier)) {
    return { message: `${specifier} is pinned here`, hint: "name it bare, and pin it in deno.json" };
  }
  const place = placeOf(from);
  if (isTest(from) || place.in !== "core") return undefined;
  if (specifier === "fast-check") {
    return { message: "fast-check is for tests", hint: "move it to a _test.ts" };
  }
  if (!NO_PACKAGES.includes(place.name)) return undefined;
  return { message: `${label(place)} must not import ${specifier}`, hint: "it stands on the language alone" };
}

/** The specifier in `import("…").T`; the declared type of `argument` leaves the literal out. */
function importedBy(node: Deno.lint.TSImportType): unknown {
  const argument: unknown = node.argument;
  const { value, literal } = argument as { value?: unknown; literal?: { value?: unknown } };
  return value ?? literal?.value;
}

/** `aero/layers`: who may import whom. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const from = repositoryPath(context.filename);
    function check(node: Deno.lint.Node, specifier: unknown, typesOnly = false) {
      if (typeof specifier !== "string") return;
      const found = specifier.startsWith(".")
        ? objection(from, resolveSpecifier(from, specifier), typesOnly)
        : packageObjection(from, specifier);
      if (found) context.report({ node, ...found });
    }
    return {
      ImportDeclaration: (node) => check(node, node.source.value, node.importKind === "type"),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ImportExpression: (node) => check(node, node.source.type === "Literal" && node.source.value),
      TSImportType: (node) => check(node, importedBy(node)),
      NewExpression: (node) => {
        const [target, base] = node.arguments;
        const relativeUrl = node.callee.type === "Identifier" && node.callee.name === "URL" &&
          target?.type === "Literal" && base !== undefined && /\.ts$/.test(String(target.value));
        if (relativeUrl) check(node, target.value);
      },
    };
  },
};
