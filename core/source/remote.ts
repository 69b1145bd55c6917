import { configValue, type GitConfig } from "./config_file.ts";

/**
 * Where a branch is pushed to: its own remote, else `origin`, else the only one there is.
 *
 * @param branch `undefined` on a detached HEAD.
 * @returns The URL without credentials; `undefined` if there is none, or more than one and no telling which.
 */
export function remoteUrl(config: GitConfig, branch: string | undefined): string | undefined {
  const urls = new Map(
    [...config].flatMap(([key, values]) => {
      const name = /^remote\.(.+)\.url$/.exec(key)?.[1];
      return name === undefined ? [] : [[name, values[0]!] as const];
    }),
  );
  const tracked = branch === undefined ? undefined : configValue(config, `branch.${branch}.remote`);
  // A branch that tracks one of its own repository has "." as its remote.
  const url = tracked !== undefined && tracked !== "." ? urls.get(tracked) ?? asUrl(tracked) : undefined;
  const chosen = url ?? urls.get("origin") ?? (urls.size === 1 ? [...urls.values()][0] : undefined);
  return chosen === undefined ? undefined : withoutCredentials(chosen);
}

function asUrl(remote: string): string | undefined {
  return remote.includes("/") ? remote : undefined;
}

/**
 * Removes what may be secret from a git URL: user and password, query and fragment. The user of an SSH address,
 * which is a fixed name such as `git`, stays.
 */
export function withoutCredentials(url: string): string {
  const parts = /^([a-z][a-z0-9+.:-]*:\/\/)([^/]*)(.*)$/is.exec(url);
  if (parts === null) return url;
  const [, scheme, authority, rest] = parts as unknown as [string, string, string, string];
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at).split(":", 1)[0]!;
  const keep = /ssh:\/\/$/i.test(scheme) && user !== "" ? `${user}@` : "";
  return `${scheme}${keep}${authority.slice(at + 1)}${rest.replace(/[?#].*$/s, "")}`;
}
