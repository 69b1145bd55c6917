import type { Grant, User } from "../object_engine.ts";
import type { Database, Row } from "./database.ts";
import { ObjectEngineError, type ObjectEngineErrorCode } from "./engine_error.ts";
import type { Mutation } from "./mutation.ts";
import type { Transaction } from "./transaction.ts";
import { parseKept } from "./kept_json.ts";

/** Reads a row of `account`. */
export function userFromRow(row: Row): User {
  return {
    name: row.name as string,
    createdAt: row.created_at as number,
    grants: parseKept<Grant[]>(row.grants as string),
  };
}

/** @throws {ObjectEngineError} `no_such_user`. */
export function requireUser(database: Database, name: string): User {
  const row = database.get("SELECT name, created_at, grants FROM account WHERE name = ?", name);
  if (row !== undefined) return userFromRow(row);
  throw new ObjectEngineError("no_such_user", {
    what: `Cannot use user "${name}"`,
    why: "there is no such user",
  });
}

/** Carries out `create_user`. */
export function createUser(
  { database }: Transaction,
  { name, grants, at }: Mutation & { does: "create_user" },
): User {
  if (database.get("SELECT 1 FROM account WHERE name = ?", name) !== undefined) {
    throw taken("user_exists", `Cannot create user "${name}"`, "there is such a user already");
  }
  database.run(
    "INSERT INTO account (name, created_at, grants) VALUES (?, ?, ?)",
    name,
    at,
    JSON.stringify(grants),
  );
  return requireUser(database, name);
}

/** Carries out `set_grants`. */
export function setGrants(
  { database }: Transaction,
  { name, grants }: Mutation & { does: "set_grants" },
): User {
  requireUser(database, name);
  database.run("UPDATE account SET grants = ? WHERE name = ?", JSON.stringify(grants), name);
  return requireUser(database, name);
}

/** Carries out `delete_user`. */
export function deleteUser({ database }: Transaction, { name }: Mutation & { does: "delete_user" }): void {
  requireUser(database, name);
  database.run("DELETE FROM access_key WHERE account = ?", name);
  database.run("DELETE FROM account WHERE name = ?", name);
}

/** Carries out `add_key`. */
export function addKey(
  { database }: Transaction,
  { user, id, secret, at }: Mutation & { does: "add_key" },
): void {
  requireUser(database, user);
  if (database.get("SELECT 1 FROM access_key WHERE id = ?", id) !== undefined) {
    throw taken("key_exists", `Cannot add access key "${id}"`, "there is such a key already");
  }
  database.run(
    "INSERT INTO access_key (id, account, secret, created_at) VALUES (?, ?, ?, ?)",
    id,
    user,
    secret,
    at,
  );
}

/** Carries out `delete_key`. */
export function deleteKey({ database }: Transaction, { id }: Mutation & { does: "delete_key" }): void {
  if (database.run("DELETE FROM access_key WHERE id = ?", id) === 1) return;
  throw taken("no_such_key_id", `Cannot delete access key "${id}"`, "there is no such key");
}

function taken(code: ObjectEngineErrorCode, what: string, why: string): ObjectEngineError {
  return new ObjectEngineError(code, { what, why });
}
