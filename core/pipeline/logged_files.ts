import { isDirectory, makeWay, namesIn } from "./left_by_program.ts";
import type { OutputDirectory } from "./outputs.ts";

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
 * @returns What is left of each API's files, as further outputs; their directories may have no file.
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

function moveIfEmpty(from: string, to: string): void {
  if (!makeWay(to)) return;
  // A program can remove the directory of all outputs as well.
  Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  Deno.renameSync(from, to);
}
