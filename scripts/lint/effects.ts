import { isTest, repositoryPath } from "./repository_path.ts";

/** `Deno.env`: the object's name and the member's name of a plain member expression. */
function member(node: Deno.lint.MemberExpression): string | undefined {
  if (node.object.type !== "Identifier") return undefined;
  if (node.property.type === "Identifier" && !node.computed) {
    return `${node.object.name}.${node.property.name}`;
  }
  return node.property.type === "Literal" ? `${node.object.name}.${node.property.value}` : undefined;
}

const ENV_EDGES = ["core/config/env.ts", "main.ts"];

/** `aero/env-at-the-edge`: variables are read in one place, so that all of them are documented there. */
export const envAtTheEdge: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (isTest(path) || ENV_EDGES.includes(path) || path.startsWith("scripts/")) return {};
    return {
      MemberExpression(node) {
        const name = member(node);
        if (name !== "Deno.env" && name !== "process.env") return;
        context.report({
          node,
          message: `${name} is read outside core/config/env.ts`,
          hint: "take the value from the config or the context",
        });
      },
    };
  },
};

/** `aero/no-exit`: only the edge ends the process, so that everything below it can clean up and be tested. */
export const noExit: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (path === "main.ts" || path.startsWith("scripts/")) return {};
    return {
      MemberExpression(node) {
        const name = member(node);
        if (name !== "Deno.exit" && name !== "process.exit") return;
        context.report({ node, message: `${name} outside main.ts`, hint: "return an exit code, or throw" });
      },
    };
  },
};

const PURE = /^(core\/model\/|core\/format\/|core\/pipeline\/plan|plugins\/s3_protocol\/)/;

const IMPURE_MEMBERS = [
  "Date.now",
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "performance.now",
];

const IMPURE_CALLS = ["fetch", "setTimeout", "setInterval"];

/** The files of pure folders that may use a module of the runtime, which is pure itself. */
const PURE_MODULES: Readonly<Record<string, readonly string[]>> = {
  "core/format/digest_of.ts": ["node:crypto"],
  "plugins/s3_protocol/hmac.ts": ["node:crypto"],
  "plugins/s3_protocol/checksums.ts": ["node:crypto", "node:zlib"],
};

/** `aero/pure`: equal arguments give equal results, so these folders see no clock, disk, network or chance. */
export const pure: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (!PURE.test(path) || isTest(path)) return {};
    const hint = "take it as an argument, or do it in a caller";
    return {
      MemberExpression(node) {
        const name = member(node);
        if (name === undefined) return;
        if (name.startsWith("Deno.") || IMPURE_MEMBERS.includes(name)) {
          context.report({ node, message: `${name} in a pure file`, hint });
        }
      },
      CallExpression(node) {
        if (node.callee.type === "Identifier" && IMPURE_CALLS.includes(node.callee.name)) {
          context.report({ node, message: `${node.callee.name}() in a pure file`, hint });
        }
      },
      NewExpression(node) {
        const isDate = node.callee.type === "Identifier" && node.callee.name === "Date";
        if (isDate && node.arguments.length === 0) {
          context.report({ node, message: "new Date() reads the clock in a pure file", hint });
        }
      },
      ImportDeclaration(node) {
        const name = node.source.value;
        if (!name.startsWith("node:") || PURE_MODULES[path]?.includes(name)) return;
        context.report({ node, message: `${name} in a pure file`, hint });
      },
    };
  },
};

/** `aero/no-bare-error`: a failure says who has to act, so it is an `AeroError`, or a bug's own class. */
export const noBareError: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (isTest(path) || !/^(core|plugins)\/|^main\.ts$/.test(path)) return {};
    function check(node: Deno.lint.NewExpression | Deno.lint.CallExpression) {
      if (node.callee.type !== "Identifier" || node.callee.name !== "Error") return;
      context.report({
        node,
        message: "a bare Error says neither who has to act nor what to do",
        hint: "UserError, OutsideError or CorruptionError; TypeError or RangeError for a bug of ours",
      });
    }
    return { NewExpression: check, CallExpression: check };
  },
};
