import { emptyOutputDirectory, type OutputDirectory } from "./outputs.ts";

/** Longest name of an artifact; see {@link parseName}. */
const MAX_NAME_LENGTH = 128;

/** The output for what a program hands over to an API and no declared output takes. */
export function loggedOutputName(stage: string, api: string): string {
  return `${stage.slice(0, MAX_NAME_LENGTH - 1 - api.length)}_${api}`;
}

/**
 * Gives declared outputs that the program left empty what it handed over to APIs under their names.
 *
 * @param place Where the outputs have a directory each, and the files of each API, which may be absent.
 * @param declared Names of the stage's outputs.
 * @returns What is left of each API's files, as further outputs; they may have no file.
 */
export function claimLoggedFiles(
  place: { readonly outputs: string; readonly logged: string },
  stage: string,
  declared: readonly string[],
): OutputDirectory[] {
  const further: OutputDirectory[] = [];
  for (const api of namesIn(place.logged)) {
    const files = `${place.logged}/${api}`;
    for (const name of declared) {
      if (isDirectory(`${files}/${name}`)) moveIfEmpty(`${files}/${name}`, `${place.outputs}/${name}`);
    }
    const name = loggedOutputName(stage, api);
    // A stage that declares it has it as an output like any other, which must not be empty.
    if (declared.includes(name)) moveIfEmpty(files, `${place.outputs}/${name}`);
    else further.push({ name, path: files });
  }
  return further;
}

/**
 * As {@link claimLoggedFiles}, and puts the further outputs beside the others.
 *
 * @returns Names of those that have a file.
 */
export function placeLoggedFiles(
  place: { readonly outputs: string; readonly logged: string },
  stage: string,
  declared: readonly string[],
): string[] {
  const further = claimLoggedFiles(place, stage, declared).filter(({ path }) => namesIn(path).length > 0);
  Deno.mkdirSync(place.outputs, { recursive: true });
  for (const { name, path } of further) Deno.renameSync(path, `${place.outputs}/${name}`);
  return further.map(({ name }) => name);
}

function moveIfEmpty(from: string, to: string): void {
  if (!emptyOutputDirectory(to)) return;
  // A program can remove the directory of all outputs as well.
  Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  Deno.renameSync(from, to);
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
