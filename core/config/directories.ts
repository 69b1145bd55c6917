import { UserError } from "../errors.ts";
import type { Environment } from "./env.ts";

/** Where aero keeps what belongs to a user and not to a project; absolute paths. */
export interface Directories {
  /** Holds `config.yaml`. */
  readonly config: string;
  /** May be deleted at any time. */
  readonly cache: string;
  readonly data: string;
  readonly state: string;
}

const PLACES = {
  config: ["XDG_CONFIG_HOME", ".config"],
  cache: ["XDG_CACHE_HOME", ".cache"],
  data: ["XDG_DATA_HOME", ".local/share"],
  state: ["XDG_STATE_HOME", ".local/state"],
} as const;

/**
 * Finds the directories of this user by the XDG base directory specification, version 0.8: a relative path in a
 * variable counts as unset. Without `HOME` the account's own home is taken.
 *
 * @throws {UserError} `home_unknown` if a directory is in none of the variables and the account has no home.
 */
export async function userDirectories(environment: Environment): Promise<Directories> {
  const found: Partial<Record<keyof Directories, string>> = {};
  let home: string | undefined;
  for (
    const [kind, [variable, below]] of Object.entries(PLACES) as [keyof Directories, readonly string[]][]
  ) {
    const set = environment.get(variable!);
    if (set?.startsWith("/")) found[kind] = `${set.replace(/(.)\/+$/, "$1")}/aero`;
    else found[kind] = `${home ??= await homeDirectory(environment)}/${below}/aero`;
  }
  return found as Directories;
}

async function homeDirectory(environment: Environment): Promise<string> {
  const home = environment.get("HOME") ?? await homeOfAccount();
  if (home?.startsWith("/")) return home.replace(/\/+$/, "");
  throw new UserError("home_unknown", {
    what: "Cannot find your home directory",
    why: home === undefined
      ? "HOME is not set, and the account has none"
      : `${JSON.stringify(home)} is not an absolute path`,
    fix: ["set it: `HOME=/some/directory aero …`"],
  });
}

async function homeOfAccount(): Promise<string | undefined> {
  // Loaded here only: node:os costs every start-up, and HOME is nearly always set.
  const { userInfo } = await import("node:os");
  try {
    return userInfo().homedir || undefined;
  } catch {
    // An account that is in no user database, as in some containers.
    return undefined;
  }
}
