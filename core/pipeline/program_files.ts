import { PROGRAM_FILES } from "../program/program_files.ts";

/**
 * Writes what every program finds beside its own files: the `aero` module for Python and the `aero` command.
 *
 * @param directory Gets `python/aero.py` and `bin/aero`; may have them already.
 */
export function writeProgramFiles(directory: string): void {
  for (const file of PROGRAM_FILES) {
    const path = `${directory}/${file.path}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, file.text);
    Deno.chmodSync(path, file.mode);
  }
}
