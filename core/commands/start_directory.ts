import type { AppBase } from "../cli/app_base.ts";
import { UserError } from "../errors.ts";

/**
 * Where a command starts to look for the project: `--project`, or the current directory.
 *
 * @returns Absolute path without links.
 * @throws {UserError} `project_not_found` if `--project` names no directory.
 */
export async function startDirectory(app: Pick<AppBase, "io" | "globals">): Promise<string> {
  const asked = app.globals.project;
  if (asked === undefined) return app.io.cwd;
  const path = asked.startsWith("/") ? asked : `${app.io.cwd}/${asked}`;
  try {
    if ((await Deno.stat(path)).isDirectory) return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
  throw new UserError("project_not_found", {
    what: `Cannot work in ${JSON.stringify(asked)}`,
    why: "there is no such directory",
  });
}
