import { OutsideError, UserError } from "../errors.ts";

/** Name of a project's file. */
export const PROJECT_FILE = "aero.yaml";

/** Name of the file beside it that says what moving names resolved to. */
export const LOCK_FILE = "aero.lock";

/**
 * Finds the project that a directory is in: the nearest directory upwards that has an `aero.yaml`.
 *
 * @param from Absolute path; links and `..` in it are followed first.
 * @returns Absolute path of the project's root, without links.
 * @throws {UserError} `project_not_found`; {OutsideError} `config_denied`.
 */
export async function findProject(from: string): Promise<string> {
  const start = await realDirectory(from);
  for (let directory = start;;) {
    if (await isFile(directory === "/" ? `/${PROJECT_FILE}` : `${directory}/${PROJECT_FILE}`)) {
      return directory;
    }
    if (directory === "/") break;
    directory = directory.slice(0, directory.lastIndexOf("/")) || "/";
  }
  throw new UserError("project_not_found", {
    what: "Cannot find a project",
    why: `neither ${JSON.stringify(start)} nor a directory above it has an ${PROJECT_FILE}`,
    fix: ["start one here: `aero init`", "or say where it is: `aero -C DIR …`"],
  });
}

async function realDirectory(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!isAbsence(error)) throw denied(path, error);
    const why = "there is no such directory";
    throw new UserError("project_not_found", { what: `Cannot work in ${JSON.stringify(path)}`, why }, {
      cause: error,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw denied(path, error);
  }
}

/** Whether an error says that a path is not there. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The error for a path of a config that cannot be looked at. */
export function denied(path: string, cause: unknown): OutsideError {
  const why = cause instanceof Error ? cause.message : undefined;
  return new OutsideError("config_denied", {
    what: `Cannot read ${path}`,
    ...(why === undefined ? {} : { why }),
  }, { cause });
}
