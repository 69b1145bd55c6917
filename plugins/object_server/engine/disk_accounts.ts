import type { AccessKey, Accounts, Grant, User } from "../object_engine.ts";
import { requireUser, userFromRow } from "./apply_accounts.ts";
import type { Database, Row } from "./database.ts";
import type { Mutation } from "./mutation.ts";

/** What accounts need: a connection to read and a way to change. */
export interface AccountsState {
  readonly database: Database;
  now(): number;
  commit<T = unknown>(mutation: Mutation): Promise<T>;
}

/** Users and access keys in the database. */
export class DiskAccounts implements Accounts {
  readonly #state: AccountsState;

  constructor(state: AccountsState) {
    this.#state = state;
  }

  // deno-lint-ignore require-await -- failures are rejections
  async find(
    accessKeyId: string,
  ): Promise<{ readonly key: AccessKey; readonly user: User } | undefined> {
    const row = this.#state.database.get(
      `SELECT access_key.*, account.name, account.grants, account.created_at AS user_created_at
       FROM access_key JOIN account ON account.name = access_key.account WHERE access_key.id = ?`,
      accessKeyId,
    );
    return row && { key: keyFromRow(row), user: userFromRow({ ...row, created_at: row.user_created_at! }) };
  }

  // deno-lint-ignore require-await -- failures are rejections
  async users(): Promise<readonly User[]> {
    return this.#state.database.all("SELECT * FROM account ORDER BY name").map(userFromRow);
  }

  // deno-lint-ignore require-await -- failures are rejections
  async keys(user: string): Promise<readonly AccessKey[]> {
    return this.#state.database.all("SELECT * FROM access_key WHERE account = ? ORDER BY id", user)
      .map(keyFromRow);
  }

  async createUser(
    { name, grants }: { readonly name: string; readonly grants: readonly Grant[] },
  ): Promise<User> {
    return await this.#state.commit({ does: "create_user", name, grants, at: this.#state.now() });
  }

  async setGrants(user: string, grants: readonly Grant[]): Promise<User> {
    return await this.#state.commit({ does: "set_grants", name: user, grants });
  }

  async deleteUser(user: string): Promise<void> {
    await this.#state.commit({ does: "delete_user", name: user });
  }

  async addKey(
    { user, id, secret }: { readonly user: string; readonly id: string; readonly secret: string },
  ): Promise<AccessKey> {
    requireUser(this.#state.database, user);
    const at = this.#state.now();
    await this.#state.commit({ does: "add_key", user, id, secret, at });
    return new KeptKey(id, user, at, secret);
  }

  async deleteKey(id: string): Promise<void> {
    await this.#state.commit({ does: "delete_key", id });
  }
}

function keyFromRow(row: Row): AccessKey {
  return new KeptKey(
    row.id as string,
    row.account as string,
    row.created_at as number,
    row.secret as string,
  );
}

class KeptKey implements AccessKey {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  // A closure, so that neither printing nor JSON shows it.
  readonly secret: { reveal(): string };

  constructor(id: string, user: string, createdAt: number, secret: string) {
    this.id = id;
    this.user = user;
    this.createdAt = createdAt;
    this.secret = { reveal: () => secret };
  }
}
