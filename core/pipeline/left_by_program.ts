// What a program left where it could remove anything, or put something else in its place.

/** The names in a directory, sorted; none if there is no directory any more. */
export function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Whether a directory is there; a link to one is none. */
export function isDirectory(path: string): boolean {
  return kindOf(path)?.isDirectory === true;
}

/** Makes way for a directory where there is an empty one or nothing; whether there is room now. */
export function makeWay(path: string): boolean {
  const kind = kindOf(path);
  if (kind === undefined) return true;
  if (!kind.isDirectory || namesIn(path).length > 0) return false;
  Deno.removeSync(path);
  return true;
}

function kindOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
