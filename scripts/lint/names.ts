import { isTest, repositoryPath } from "./repository_path.ts";

const DRAWER = /^(.*_)?(utils?|helpers?|common|misc|shared|types|index)$/;

/** `aero/file-names`: a file is named for its main export, in snake_case; a drawer for everything has no name. */
export const fileNames: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    return {
      Program(node) {
        const parts = path.split("/");
        const file = parts.pop()!;
        const stem = file.replace(/(_test|_bench)?\.ts$/, "");
        // Proofs that do not compile have no subject but the types themselves.
        const drawer = path === "tests/types_test.ts"
          ? undefined
          : [...parts, stem].find((part) => DRAWER.test(part));
        if (drawer !== undefined) {
          context.report({
            node,
            message: `"${drawer}" names no idea`,
            hint: "name the file for what it exports, and split it if that is several things",
          });
        } else if (!/^[a-z0-9]+(_[a-z0-9]+)*\.ts$/.test(file)) {
          context.report({ node, message: `"${file}" is not snake_case` });
        }
      },
    };
  },
};

const VENDORS = new Set([
  "aws",
  "azure",
  "ceph",
  "docker",
  "gcs",
  "minio",
  "mlflow",
  "mongo",
  "mongodb",
  "omniboard",
  "podman",
  "s3",
  "sacred",
  "wandb",
]);

/** The first vendor in a text or identifier, read as words: `parseS3Key` has one, `dockerfile` has none. */
function vendorIn(text: string): string | undefined {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .find((word) => VENDORS.has(word));
}

/** Whether a node stands in the text that `.describe("…")` gives to help. */
function isHelpText(node: Deno.lint.Node): boolean {
  const parent = "parent" in node ? node.parent : undefined;
  return parent?.type === "CallExpression" && parent.callee.type === "MemberExpression" &&
    parent.callee.property.type === "Identifier" && parent.callee.property.name === "describe";
}

/** `aero/vendor-words`: core/ knows contracts, and no product behind them. */
export const vendorWords: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (!path.startsWith("core/") || path.startsWith("core/commands/") || isTest(path)) return {};
    function check(node: Deno.lint.Node, text: unknown) {
      if (typeof text !== "string" || isHelpText(node)) return;
      const vendor = vendorIn(text);
      if (vendor === undefined) return;
      context.report({
        node,
        message: `core/ names a vendor: ${vendor}`,
        hint: "a capability or a quirk in plugins/ says what differs",
      });
    }
    return {
      Identifier: (node) => check(node, node.name),
      Literal: (node) => check(node, node.value),
      TemplateElement: (node) => check(node, node.cooked),
    };
  },
};
