import { unquoteEtag } from "./etags.ts";
import { readXml, type XmlElement } from "./read_xml.ts";
import { parseHttpDate } from "./timestamp.ts";
import {
  childrenOf,
  choiceOf,
  expectRoot,
  integerOf,
  required,
  textOf,
  wordOf,
  wrongDocument,
} from "./xml_fields.ts";

/** Most keys that one request may delete. */
const MAX_DELETES = 1000;

/** An object to delete, and what has to be so for it to be deleted. */
export interface DeleteEntry {
  readonly key: string;
  readonly versionId?: string;
  /** Without quotes, or `*`. */
  readonly etag?: string;
  /** Epoch milliseconds. */
  readonly modifiedAt?: number;
  /** Bytes. */
  readonly size?: number;
}

/** What DeleteObjects asks for. */
export interface DeleteRequest {
  /** Only failures are answered. */
  readonly quiet: boolean;
  /** 1 to 1,000. */
  readonly objects: readonly DeleteEntry[];
}

/** Reads the document of DeleteObjects. @throws {S3Fault} `MalformedXML`. */
export function parseDelete(bytes: Uint8Array): DeleteRequest {
  const root = expectRoot(readXml(bytes), "Delete");
  const objects = childrenOf(root, "Object").map(toEntry);
  if (objects.length === 0 || objects.length > MAX_DELETES) {
    throw wrongDocument(`has ${objects.length} objects`);
  }
  return {
    quiet: choiceOf(root, "Quiet", ["true", "false", "True", "False"])?.toLowerCase() === "true",
    objects,
  };
}

function toEntry(object: XmlElement): DeleteEntry {
  const key = required(textOf(object, "Key"), "Key");
  if (key === "") throw wrongDocument("has an empty Key");
  const versionId = wordOf(object, "VersionId");
  const etag = wordOf(object, "ETag");
  const modified = wordOf(object, "LastModifiedTime");
  const size = integerOf(object, "Size");
  return {
    key,
    ...(versionId ? { versionId } : {}),
    ...(etag === undefined ? {} : { etag: unquoteEtag(etag) }),
    ...(modified === undefined
      ? {}
      : { modifiedAt: required(parseHttpDate(modified), "LastModifiedTime that is a date") }),
    ...(size === undefined ? {} : { size }),
  };
}
