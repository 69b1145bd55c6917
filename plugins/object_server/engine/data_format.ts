/** Says that a directory has, or had, a database; and in which format. */
const NAME = "format";
const TEXT = "1\n";

/** Whether a database was made in a data directory, be it gone. */
export function hadDatabase(directory: string): boolean {
  return sizeOf(`${directory}/${NAME}`) !== undefined;
}

/** Notes that there is one; the caller makes the name durable. */
export function noteDatabase(directory: string): void {
  if (hadDatabase(directory)) return;
  Deno.writeTextFileSync(`${directory}/${NAME}`, TEXT, { mode: 0o600 });
}

/** Bytes of a file; `undefined` if it is not there. */
export function sizeOf(path: string): number | undefined {
  try {
    return Deno.lstatSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
