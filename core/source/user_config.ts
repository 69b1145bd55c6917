import { join } from "node:path";
import { type GitConfig, parseGitConfig } from "./config_file.ts";
import type { Variables } from "./git_command.ts";
import { type Location, readText } from "./locate.ts";

/** The user's settings and the repository's, the latter later and so stronger. The system's do not count. */
export async function readUserConfig(location: Location, variables: Variables): Promise<GitConfig> {
  const home = variables("HOME");
  const directory = variables("XDG_CONFIG_HOME") ?? (home === undefined ? undefined : join(home, ".config"));
  const files = [
    directory === undefined ? undefined : join(directory, "git", "config"),
    home === undefined ? undefined : join(home, ".gitconfig"),
  ];
  const merged = new Map<string, readonly string[]>();
  for (const path of files) {
    const text = path === undefined ? undefined : await readText(path);
    if (text !== undefined) add(merged, parseGitConfig(text));
  }
  add(merged, location.config);
  return merged;
}

function add(merged: Map<string, readonly string[]>, config: GitConfig): void {
  for (const [key, values] of config) merged.set(key, [...merged.get(key) ?? [], ...values]);
}
