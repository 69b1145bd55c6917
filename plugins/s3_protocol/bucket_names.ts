import { S3Fault } from "./errors.ts";

const FORBIDDEN_PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
const FORBIDDEN_SUFFIXES = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/**
 * Whether a bucket may be made with this name.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html}
 */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") && !name.includes(".-") && !name.includes("-.") &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !FORBIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !FORBIDDEN_SUFFIXES.some((suffix) => name.endsWith(suffix));
}

/** @throws {S3Fault} `InvalidBucketName` unless {@link isBucketName}. */
export function requireBucketName(name: string): string {
  if (isBucketName(name)) return name;
  throw new S3Fault("InvalidBucketName", { fields: { BucketName: name } });
}

/** Where a request goes. */
export interface Address {
  /** Absent: the service itself. */
  readonly bucket?: string;
  /** Absent: the bucket itself. */
  readonly key?: string;
}

/**
 * Reads bucket and key of a request, in path style or, where the host is below one of ours, virtual-host style.
 *
 * @param host The Host header, with or without port.
 * @param path Decoded, with its first `/`. A key is everything after the bucket, `/` and `..` included: keys are text.
 * @param domains Names of this server whose subdomains are buckets, in lower case.
 * @throws {S3Fault} `InvalidBucketName` for a path whose bucket has no name.
 */
export function readAddress(host: string, path: string, domains: readonly string[] = []): Address {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  const domain = domains.find((suffix) => name.endsWith(`.${suffix}`));
  if (domain !== undefined) {
    const bucket = name.slice(0, -domain.length - 1);
    return path.length > 1 ? { bucket, key: path.slice(1) } : { bucket };
  }
  const at = path.indexOf("/", 1);
  const bucket = at < 0 ? path.slice(1) : path.slice(1, at);
  if (bucket === "") {
    if (path.length <= 1) return {};
    // Who joins an endpoint that ends in a slash and a path gets an error, not the list of buckets for an object.
    throw new S3Fault("InvalidBucketName", { fields: { BucketName: "" } });
  }
  const key = at < 0 ? "" : path.slice(at + 1);
  return key === "" ? { bucket } : { bucket, key };
}

/** What a copy reads. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/**
 * Reads `x-amz-copy-source`: `/bucket/key?versionId=id`, percent-encoded, its first `/` left out or not.
 *
 * @param decode Takes percent signs back to text, once.
 * @throws {S3Fault} `InvalidArgument`, and those of `decode`.
 */
export function parseCopySource(header: string, decode: (text: string) => string): CopySource {
  // A key may hold an encoded question mark, so the query is what follows the last plain one that says versionId.
  const match = /^\/?([^/]+)\/(.*?)(?:\?versionId=([^&]*))?$/s.exec(header);
  const bucket = match === null ? "" : decode(match[1]!);
  const key = match === null ? "" : decode(match[2]!);
  if (bucket === "" || key === "") {
    throw new S3Fault("InvalidArgument", {
      message: "x-amz-copy-source has to be <bucket>/<key>, percent-encoded",
      fields: { ArgumentName: "x-amz-copy-source", ArgumentValue: header },
    });
  }
  return { bucket, key, ...(match![3] ? { versionId: decode(match![3]) } : {}) };
}
