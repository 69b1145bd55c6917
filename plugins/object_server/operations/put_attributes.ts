import { S3Fault } from "../../s3_protocol/errors.ts";
import { parseLockHeaders } from "../../s3_protocol/object_lock_document.ts";
import { parseTaggingHeader } from "../../s3_protocol/tagging_document.ts";
import type { ObjectAttributes, Precondition } from "../object_engine.ts";
import { parseEtagList } from "../../s3_protocol/etags.ts";
import { parseHttpDate } from "../../s3_protocol/timestamp.ts";
import { type PublicAcls, requirePrivateAcl } from "./acl.ts";
import { readContentHeaders, readMetadata } from "./object_headers.ts";
import { requireFuture } from "./object_lock.ts";

/** What is said of an object apart from its body. */
export type PutAttributes = Omit<ObjectAttributes, "etag" | "checksums">;

/** What attributes are read from. */
export interface AttributeSource {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The same with one character for each byte: what is kept goes back as it came. */
  readonly rawHeaders: ReadonlyMap<string, string>;
  readonly publicAcls: PublicAcls;
  readonly user: { readonly name: string };
  /** Epoch milliseconds. */
  readonly now: number;
}

const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "EXPRESS_ONEZONE",
];

/** Headers that ask for encryption, which must not be promised in silence. */
const ENCRYPTION = /^x-amz-(copy-source-)?server-side-encryption/;

/**
 * Reads what a request says of the object that it makes.
 *
 * @throws {S3Fault} `MetadataTooLarge`, `InvalidTag`, `InvalidArgument`, `InvalidRequest`, `InvalidStorageClass`,
 *   `AccessDenied` (public access control lists), `NotImplemented` (encryption).
 */
export function readAttributes(source: AttributeSource): PutAttributes {
  const { headers } = source;
  requirePrivateAcl(source);
  for (const name of headers.keys()) {
    if (!ENCRYPTION.test(name)) continue;
    throw new S3Fault("NotImplemented", { message: "This server does not encrypt objects" });
  }
  const storageClass = headers.get("x-amz-storage-class") || "STANDARD";
  // Archives would have to be restored before they are read: none of that is offered.
  if (!STORAGE_CLASSES.includes(storageClass)) throw new S3Fault("InvalidStorageClass");
  const lock = parseLockHeaders((name) => headers.get(name));
  requireFuture(lock.retention, source.now);
  return {
    headers: readContentHeaders(source.rawHeaders),
    metadata: readMetadata(source.rawHeaders),
    tags: parseTaggingHeader(headers.get("x-amz-tagging") ?? ""),
    owner: source.user.name,
    storageClass,
    ...lock,
  };
}

/**
 * Reads what must hold for a write or delete to happen.
 *
 * @throws {S3Fault} `InvalidArgument` for a size or time that is none, `NotImplemented` for dates, which S3 does not take on writes.
 */
export function readPrecondition(headers: ReadonlyMap<string, string>): Precondition | undefined {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  const size = headers.get("x-amz-if-match-size");
  const modified = headers.get("x-amz-if-match-last-modified-time");
  const invalid = (name: string, value: string) =>
    new S3Fault("InvalidArgument", { fields: { ArgumentName: name, ArgumentValue: value } });
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw invalid("x-amz-if-match-size", size);
  const modifiedAt = modified === undefined ? undefined : parseHttpDate(modified);
  if (modified !== undefined && modifiedAt === undefined) {
    throw invalid("x-amz-if-match-last-modified-time", modified);
  }
  const precondition: Precondition = {
    ...(ifMatch === undefined ? {} : { ifMatch: parseEtagList(ifMatch) }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch: parseEtagList(ifNoneMatch) }),
    ...(size === undefined ? {} : { ifMatchSize: Number(size) }),
    ...(modifiedAt === undefined ? {} : { ifMatchModifiedAt: modifiedAt }),
  };
  return Object.keys(precondition).length === 0 ? undefined : precondition;
}
