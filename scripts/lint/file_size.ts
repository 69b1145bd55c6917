import { repositoryPath } from "./repository_path.ts";

/** Code lines from which a file is talked about, and past which it fails. */
export const SIZE = { warn: 300, fail: 500, command: 120 } as const;

/** The lines of `source` that hold more than blanks and comments. */
export function codeLines(source: string, comments: readonly { range: readonly [number, number] }[]): number {
  let text = "";
  let at = 0;
  for (const { range: [start, end] } of comments) {
    text += source.slice(at, start) + source.slice(start, end).replaceAll(/[^\n]/g, " ");
    at = end;
  }
  return (text + source.slice(at)).split("\n").filter((line) => line.trim() !== "").length;
}

/** `aero/file-size`: fails past 500 code lines. */
export const fileSize: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    return {
      Program(node) {
        const { sourceCode } = context;
        const lines = codeLines(sourceCode.text, sourceCode.getAllComments());
        const command = path.startsWith("core/commands/") && !path.endsWith("_test.ts");
        const soft = command ? SIZE.command : SIZE.warn;
        if (lines > SIZE.fail) {
          context.report({
            node,
            message: `${lines} code lines, limit ${SIZE.fail}`,
            hint: "one idea a file",
          });
        } else if (lines > soft) {
          // A plugin's reports are errors, all of them: this is only said.
          // deno-lint-ignore no-console
          console.warn(`warning: ${path} has ${lines} code lines; ${soft} is a good end`);
        }
      },
    };
  },
};
