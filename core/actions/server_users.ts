import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { ServiceAccounts, ServiceUser, UserGrant } from "../plugin/service.ts";
import { livingServer, type ServerPlace, serverPlace, storageService } from "./storage_server.ts";

/** A user of the server. */
export interface StorageUser extends ServiceUser {
  readonly type: "storage-user";
}

/** A user who was added, with what they connect with. */
export interface AddedUser extends StorageUser {
  /** Entries of a credentials file. Told this once. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Where they find the server, and as what kind of storage; absent while it does not run. */
  readonly use?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** By what name the projects of whoever serves know it, and so the aero.yaml that both share. */
  readonly profile?: string;
  /** What they have to trust, in a file of this machine. */
  readonly caFile?: string;
}

/**
 * Reads a grant: `BUCKET`, `BUCKET/PREFIX`, `*` for every bucket, or `@owned` for those that the user makes.
 *
 * @throws {UserError} `flag_value_invalid`.
 */
export function parseGrant(access: UserGrant["access"], text: string): UserGrant {
  const at = text.indexOf("/");
  const bucket = at < 0 ? text : text.slice(0, at);
  if (
    text === "*" || (text === "@owned" && access === "write") ||
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)
  ) {
    return { access, bucket, prefix: at < 0 ? "" : text.slice(at + 1) };
  }
  throw new UserError("flag_value_invalid", {
    what: `Cannot read the value of --${access}`,
    why: text === "@owned"
      ? "who only reads makes no buckets"
      : `${JSON.stringify(text)} is neither a bucket nor a prefix in one`,
    fix: [
      "name a bucket, such as aero; a prefix in it, such as aero/team/; or * for all buckets",
      ...(access === "write" || text === "@owned"
        ? ["to let them make buckets of their own: `--write @owned`"]
        : []),
    ],
  });
}

/** Adds a user. @throws {UserError} `user_exists`, `user_name_invalid`. */
export async function addServerUser(
  app: App,
  name: string,
  grants: readonly UserGrant[],
  data: string | undefined,
): Promise<AddedUser> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) {
    throw new UserError("user_name_invalid", {
      what: `Cannot add the user ${JSON.stringify(name)}`,
      why:
        "a name has 1 to 64 letters, digits, dots, dashes, underscores and @, and begins with a letter or digit",
    });
  }
  const place = await serverPlace(app, data);
  return await withAccounts(app, place, async (accounts) => {
    const { user, credentials } = await accounts.add(name, grants);
    const server = livingServer(place);
    return {
      type: "storage-user",
      ...user,
      credentials: Object.fromEntries(
        Object.entries(credentials).map(([key, value]) => [key, value.reveal()]),
      ),
      ...(server?.options === undefined ? {} : { use: server.use ?? "", options: server.options }),
      ...(server?.profile === undefined ? {} : { profile: server.profile }),
      ...(server?.caFile === undefined ? {} : { caFile: server.caFile }),
    };
  });
}

/** All users, by name. */
export async function listServerUsers(app: App, data: string | undefined): Promise<readonly StorageUser[]> {
  return await withAccounts(
    app,
    await serverPlace(app, data),
    async (accounts) => (await accounts.list()).map((user) => ({ type: "storage-user", ...user })),
  );
}

/**
 * Removes a user and their keys.
 *
 * @param force Also who may do everything, whose keys this machine's own profile has.
 * @throws {UserError} `no_such_user`, `user_needed`.
 */
export async function removeServerUser(
  app: App,
  { name, data, force }: { readonly name: string; readonly data?: string; readonly force: boolean },
): Promise<StorageUser> {
  return await withAccounts(app, await serverPlace(app, data), async (accounts) => {
    if (name === accounts.administratorName && !force) throw administratorNeeded(name);
    return { type: "storage-user", ...await accounts.remove(name) };
  });
}

function administratorNeeded(name: string): UserError {
  return new UserError("user_needed", {
    what: `Cannot remove the user ${JSON.stringify(name)}`,
    why: "your own projects reach the server by its keys",
    fix: [
      `to have new keys made: \`aero storage user remove ${name} --force\`, and then \`aero storage up\``,
    ],
  });
}

/** Does something with the users of a server, whether it runs or not. @throws {UserError} `server_missing`. */
export async function withAccounts<T>(
  app: App,
  place: ServerPlace,
  use: (accounts: ServiceAccounts) => Promise<T>,
): Promise<T> {
  try {
    Deno.statSync(place.directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError("server_missing", {
      what: `Cannot find a storage server's data in ${place.directory}`,
      why: "none was ever started there",
      fix: ["start one: `aero storage up`"],
    });
  }
  const service = await storageService(app);
  await using accounts = await service.accounts(
    { directory: place.directory },
    app.pluginContext(place.directory),
  );
  if (accounts === undefined) throw new TypeError(`The service ${service.name} has no users`);
  return await use(accounts);
}
