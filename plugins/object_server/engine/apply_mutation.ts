import { unreachable } from "../../../core/errors.ts";
import { addKey, createUser, deleteKey, deleteUser, setGrants } from "./apply_accounts.ts";
import { createBucket, deleteBucket, setDocument, setObjectLock, setVersioning } from "./apply_buckets.ts";
import { deleteObject, putObject, setOnVersion } from "./apply_objects.ts";
import {
  abortIdleUploads,
  abortUpload,
  completeUpload,
  createUpload,
  finishUpload,
  putPart,
} from "./apply_uploads.ts";
import type { Mutation } from "./mutation.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Carries out one mutation within a transaction.
 *
 * @returns What the call of the contract resolves with.
 * @throws {ObjectEngineError} When something stands against it; what was done until then is the caller's to undo.
 */
export function applyMutation(transaction: Transaction, mutation: Mutation): unknown {
  switch (mutation.does) {
    case "create_bucket":
      return createBucket(transaction, mutation);
    case "delete_bucket":
      return deleteBucket(transaction, mutation);
    case "set_versioning":
      return setVersioning(transaction, mutation);
    case "set_object_lock":
      return setObjectLock(transaction, mutation);
    case "set_document":
      return setDocument(transaction, mutation);
    case "put_object":
      return putObject(transaction, mutation);
    case "delete_object":
      return deleteObject(transaction, mutation);
    case "set_tags":
    case "set_retention":
    case "set_legal_hold":
      return setOnVersion(transaction, mutation);
    case "create_upload":
      return createUpload(transaction, mutation);
    case "put_part":
      return putPart(transaction, mutation);
    case "complete_upload":
      return completeUpload(transaction, mutation);
    case "finish_upload":
      return finishUpload(transaction, mutation);
    case "abort_idle_uploads":
      return abortIdleUploads(transaction, mutation);
    case "abort_upload":
      return abortUpload(transaction, mutation);
    case "forget_bodies":
      return forgetBodies(transaction, mutation.bodies);
    case "create_user":
      return createUser(transaction, mutation);
    case "set_grants":
      return setGrants(transaction, mutation);
    case "delete_user":
      return deleteUser(transaction, mutation);
    case "add_key":
      return addKey(transaction, mutation);
    case "delete_key":
      return deleteKey(transaction, mutation);
    case "probe":
      transaction.next();
      return undefined;
    default:
      return unreachable(mutation);
  }
}

function forgetBodies({ database }: Transaction, bodies: readonly number[]): void {
  for (const id of bodies) {
    // One that was shared again meanwhile stays.
    if (database.run("DELETE FROM body WHERE id = ? AND refs = 0", id) === 1) {
      database.run("DELETE FROM body_bytes WHERE id = ?", id);
    }
  }
}
