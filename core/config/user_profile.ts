import { UserError } from "../errors.ts";
import type { JsonObject } from "../model/json.ts";
import { readYaml } from "./yaml_text.ts";
import { replaceFile } from "./replace_file.ts";
import { setEntry } from "./set_entry.ts";

/**
 * Sets a profile in the user's own `config.yaml`; all else in it, comments too, stays as it is.
 *
 * @param path Of the file; made if it is not there.
 * @param options With `credentials_file`, by which a profile that was set here is known again.
 * @returns Whether the file was changed.
 * @throws {UserError} `profile_taken` if there is one of this name that somebody else set; `config_unreadable`.
 */
export async function writeUserProfile(
  path: string,
  name: string,
  options: Readonly<Record<string, string>>,
): Promise<boolean> {
  let text = "";
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const changed = withProfile(text, path, name, options);
  if (changed === text) return false;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await replaceFile(path, changed, 0o644);
  return true;
}

/** The text of a `config.yaml` with a profile set; see {@link writeUserProfile}. */
export function withProfile(
  text: string,
  path: string,
  name: string,
  options: Readonly<Record<string, string>>,
): string {
  const value = readYaml(text, path).value as { profiles?: Record<string, JsonObject> } | null;
  const former = value?.profiles?.[name];
  if (former !== undefined && former.credentials_file !== options.credentials_file) {
    throw new UserError("profile_taken", {
      what: `Cannot set the profile ${JSON.stringify(name)} in ${path}`,
      why: "there is one of this name, which was not set by this command",
      fix: ["choose another name: `aero storage up --profile NAME`", `or remove that one from ${path}`],
    });
  }
  const same = former !== undefined && Object.keys(former).length === Object.keys(options).length &&
    Object.entries(options).every(([key, option]) => former[key] === option);
  if (same) return text;
  return setEntry(text, { section: "profiles", name }, options);
}
