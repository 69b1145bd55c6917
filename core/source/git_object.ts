/** Lower-case hex: 40 digits in a SHA-1 repository, 64 in a SHA-256 one. */
export type ObjectId = string;

/** How a repository makes its ids; git's `extensions.objectFormat`. */
export type ObjectFormat = "sha1" | "sha256";

/** The four kinds of object. */
export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** An object without its header. */
export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/** Bytes of an id, and of a pack's trailer. */
export function hashBytes(format: ObjectFormat): 20 | 32 {
  return format === "sha1" ? 20 : 32;
}

/** What stands before the bytes of an object when it is hashed or kept loose. */
export function objectHeader(type: ObjectType, size: number): Uint8Array {
  return encoder.encode(`${type} ${size}\0`);
}

/** Whether `text` is a whole id of that format. */
export function isObjectId(text: string, format: ObjectFormat): boolean {
  return text.length === 2 * hashBytes(format) && /^[0-9a-f]+$/.test(text);
}
