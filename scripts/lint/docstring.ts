import { repositoryPath } from "./repository_path.ts";

/** Kinds of declarations that can be exported with a name. */
const DECLARATIONS = [
  "FunctionDeclaration",
  "ClassDeclaration",
  "VariableDeclaration",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSEnumDeclaration",
];

/**
 * Every export of core and of a plugin says in a JSDoc comment what it promises.
 *
 * Plain fields may go without: their name and type can say it all.
 */
export const docstring: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (!/^(core|plugins)\//.test(path) || path.endsWith("_test.ts")) return {};
    const documented = (node: Deno.lint.Node) => {
      const comment = context.sourceCode.getCommentsBefore(node).at(-1);
      return comment?.type === "Block" && comment.value.startsWith("*");
    };
    return {
      ExportNamedDeclaration(node) {
        const { declaration } = node;
        if (!declaration || !DECLARATIONS.includes(declaration.type) || documented(node)) return;
        context.report({
          node,
          message: "An export has no docstring",
          hint: "Say what it promises in /** … */",
        });
      },
    };
  },
};
