import { percentRecode, splitQuery } from "./percent_encoding.ts";
import { headerOf, type RequestHead } from "./request_head.ts";

/** Parameters that a query signature does not cover. */
const UNSIGNED_PARAMETERS = ["X-Amz-Signature"];

/**
 * The canonical request of Signature Version 4, in the dialect of S3: the path is encoded once, and never normalised.
 *
 * @param signedHeaders Names in lower case, in the order of the signature.
 * @param payloadHash What stands for the body: a digest in hex, or a word such as `UNSIGNED-PAYLOAD`.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html} Task 1
 */
export function canonicalRequest(
  head: RequestHead,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return [
    head.method,
    percentRecode(head.path, true, false),
    canonicalQuery(head.query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(headerOf(head, name) ?? "")}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** Parameters sorted by name, then value, each encoded anew. */
export function canonicalQuery(query: string): string {
  return splitQuery(query)
    .map((pair) => pair.map((text) => percentRecode(text, false, true)) as [string, string])
    .filter(([name]) => !UNSIGNED_PARAMETERS.includes(name))
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By code unit, which is by byte: encoded text is ASCII. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalValue(value: string): string {
  return value.trim().replaceAll(/ +/g, " ");
}
