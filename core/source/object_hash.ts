import { createHash } from "node:crypto";
import { type ObjectFormat, objectHeader, type ObjectId, type ObjectType } from "./git_object.ts";

/**
 * The id of an object: the hash of `<type> <size>`, a NUL and its bytes.
 *
 * @see {@link https://git-scm.com/book/en/v2/Git-Internals-Git-Objects}
 */
export function hashOf(format: ObjectFormat, type: ObjectType, bytes: Uint8Array): ObjectId {
  return createHash(format).update(objectHeader(type, bytes.length)).update(bytes).digest("hex");
}
