import type { Directories } from "./directories.ts";
import type { Environment } from "./env.ts";
import { readYaml } from "./yaml_text.ts";

/**
 * The directory of this user's data, also where the rest of the config cannot be used: what it names may not be there
 * before this directory has been set up.
 *
 * @throws {UserError} `config_unreadable`.
 */
export async function dataDirectoryOf(environment: Environment, directories: Directories): Promise<string> {
  const set = environment.get("AERO_DATA_DIR") ?? await fromFile(`${directories.config}/config.yaml`);
  return set?.startsWith("/") ? set.replace(/(.)\/+$/, "$1") : directories.data;
}

async function fromFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  const value = readYaml(text, path).value as { data?: { directory?: unknown } } | null;
  const directory = value?.data?.directory;
  return typeof directory === "string" ? directory : undefined;
}
