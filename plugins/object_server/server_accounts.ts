import { UserError } from "../../core/errors.ts";
import type { PluginContext } from "../../core/plugin/context.ts";
import type {
  ServiceAccounts,
  ServiceUser,
  StorageConnection,
  UserGrant,
} from "../../core/plugin/service.ts";
import { makeKey } from "./access_keys.ts";
import { engineDirectory, type ObjectServerConfig } from "./config.ts";
import { openDiskAccounts } from "./engine/open_accounts.ts";
import { isEngineError } from "./engine/engine_error.ts";
import type { AccessKey, Accounts, User } from "./object_engine.ts";
import { ALL_BUCKETS } from "./operations/grants.ts";

/** Who may do everything, and whose key the profile of this machine has. */
export const ADMINISTRATOR = "admin";

/** Opens the users of a server, which may run meanwhile: it sees what is done here at once. */
export function openAccounts(config: ObjectServerConfig, context: PluginContext): Promise<ServiceAccounts> {
  const { accounts, dispose } = openDiskAccounts(engineDirectory(config), () => context.now().getTime());
  return Promise.resolve({
    administratorName: ADMINISTRATOR,
    administrator: async () => {
      const { id, secret } = await administratorKey(accounts);
      const users = await accounts.users();
      const user = await toServiceUser(accounts, users.find(({ name }) => name === ADMINISTRATOR)!);
      return { user, credentials: credentialsOf(id, secret) };
    },
    list: async () =>
      await Promise.all((await accounts.users()).map((user) => toServiceUser(accounts, user))),
    add: async (name, grants) => await addUser(accounts, name, grants),
    remove: async (name) => await removeUser(accounts, name),
    [Symbol.asyncDispose]() {
      dispose();
      return Promise.resolve();
    },
  });
}

/**
 * Adds a user with one key.
 *
 * @throws {UserError} `user_exists`.
 */
export async function addUser(
  accounts: Accounts,
  name: string,
  grants: readonly UserGrant[],
): Promise<{ readonly user: ServiceUser } & Pick<StorageConnection, "credentials">> {
  try {
    await accounts.createUser({ name, grants });
  } catch (cause) {
    if (!isEngineError(cause, "user_exists")) throw cause;
    throw new UserError("user_exists", {
      what: `Cannot add the user ${JSON.stringify(name)}`,
      why: "there is one of this name",
      fix: [
        `remove it first: \`aero storage user remove ${name}\``,
        "see who there is: `aero storage user list`",
      ],
    }, { cause });
  }
  const { id, secret } = makeKey();
  await accounts.addKey({ user: name, id, secret });
  const users = await accounts.users();
  const user = await toServiceUser(accounts, users.find((user) => user.name === name)!);
  return { user, credentials: credentialsOf(id, { reveal: () => secret }) };
}

/** A key of the administrator; both are made where they are not there. */
export async function administratorKey(accounts: Accounts): Promise<AccessKey> {
  const users = await accounts.users();
  if (!users.some(({ name }) => name === ADMINISTRATOR)) {
    const grants = [{ bucket: ALL_BUCKETS, prefix: "", access: "write" as const }];
    await accounts.createUser({ name: ADMINISTRATOR, grants });
  }
  const [key] = await accounts.keys(ADMINISTRATOR);
  // Also where a crash came between the user and the key.
  return key ?? await accounts.addKey({ user: ADMINISTRATOR, ...makeKey() });
}

/** Entries of a credentials file, in the form that AWS's own have. */
export function credentialsOf(id: string, secret: { reveal(): string }): StorageConnection["credentials"] {
  return { aws_access_key_id: { reveal: () => id }, aws_secret_access_key: secret };
}

async function removeUser(accounts: Accounts, name: string): Promise<ServiceUser> {
  const user = (await accounts.users()).find((user) => user.name === name);
  if (user === undefined) {
    throw new UserError("no_such_user", {
      what: `Cannot remove the user ${JSON.stringify(name)}`,
      why: "there is none of this name",
      fix: ["see who there is: `aero storage user list`"],
    });
  }
  const removed = await toServiceUser(accounts, user);
  await accounts.deleteUser(name);
  return removed;
}

async function toServiceUser(accounts: Accounts, { name, createdAt, grants }: User): Promise<ServiceUser> {
  return { name, createdAt, grants, keys: (await accounts.keys(name)).map(({ id }) => id) };
}
