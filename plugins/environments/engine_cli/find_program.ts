/**
 * Absolute path of an executable file on `path`, which is a list as in the PATH variable.
 *
 * Waits for nothing, so that the engine is asked before whoever asks goes on to load what comes after.
 */
export function findProgram(name: string, path: string): string | undefined {
  for (const directory of path.split(":")) {
    if (!directory.startsWith("/")) continue;
    const candidate = `${directory}/${name}`;
    try {
      const { isFile, mode } = Deno.statSync(candidate);
      if (isFile && ((mode ?? 0o111) & 0o111) !== 0) return candidate;
    } catch (error) {
      if (!isNotThere(error)) throw error;
    }
  }
  return undefined;
}

/** Whether a file is there, as far as this user can see. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (isNotThere(error)) return false;
    throw error;
  }
}

function isNotThere(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.PermissionDenied;
}
