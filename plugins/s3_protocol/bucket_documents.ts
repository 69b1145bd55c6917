import { S3Fault } from "./errors.ts";
import { readXml } from "./read_xml.ts";
import { choiceOf, expectRoot, wordOf } from "./xml_fields.ts";

/**
 * Reads the document of PutBucketVersioning.
 *
 * @throws {S3Fault} `MalformedXML`, `IllegalVersioningConfigurationException` without a status, `NotImplemented` for MFA delete.
 */
export function parseVersioningConfiguration(bytes: Uint8Array): "Enabled" | "Suspended" {
  const root = expectRoot(readXml(bytes), "VersioningConfiguration");
  const status = choiceOf(root, "Status", ["Enabled", "Suspended"]);
  if (wordOf(root, "MfaDelete") === "Enabled") throw new S3Fault("NotImplemented");
  if (status === undefined) throw new S3Fault("IllegalVersioningConfigurationException");
  return status;
}

/**
 * Reads the document of CreateBucket.
 *
 * @param bytes May be empty.
 * @returns The region that is asked for; `undefined` if none is.
 * @throws {S3Fault} `MalformedXML`.
 */
export function parseCreateBucketConfiguration(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  const root = expectRoot(readXml(bytes), "CreateBucketConfiguration", "CreateBucketRequest");
  return wordOf(root, "LocationConstraint") || undefined;
}
