import { S3Fault } from "../../s3_protocol/errors.ts";
import type { PageOptions } from "../object_engine.ts";
import type { Query } from "./query.ts";

/** Most entries of a page. */
export const MAX_LIST = 1000;

/** What every listing of a bucket is asked. */
export interface Listing {
  readonly page: PageOptions;
  /** What of the request is said again in the document. */
  readonly head: {
    readonly prefix?: string;
    readonly delimiter?: string;
    readonly urlEncoded: boolean;
  };
  /** As it was asked, for the document. */
  readonly maxKeys: number;
}

/**
 * Reads prefix, delimiter, page size and encoding.
 *
 * @param limitName Parameter with the page size.
 * @throws {S3Fault} `InvalidArgument`.
 */
export function readListing(query: Query, limitName = "max-keys"): Listing {
  const prefix = query.text("prefix");
  const delimiter = query.text("delimiter");
  const encoding = query.text("encoding-type");
  if (encoding !== undefined && encoding !== "url") throw query.invalid("encoding-type");
  if (delimiter !== undefined && query.get("allow-unordered") === "true") {
    throw new S3Fault("InvalidArgument", { message: "A list with a delimiter has an order" });
  }
  const limit = Math.min(query.count(limitName) ?? MAX_LIST, MAX_LIST);
  const names = {
    ...(prefix === undefined ? {} : { prefix }),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
  return {
    page: { ...names, limit },
    head: { ...names, urlEncoded: encoding === "url" },
    maxKeys: limit,
  };
}

/** A name as a token that says where a list goes on: clients must not read it, so it has no meaning to them. */
export function toToken(name: string): string {
  return new TextEncoder().encode(name).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads a token of {@link toToken}. @throws {S3Fault} `InvalidArgument`. */
export function readToken(query: Query, parameter: string): string {
  try {
    const bytes = Uint8Array.fromBase64(query.get(parameter) ?? "", { alphabet: "base64url" });
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw query.invalid(parameter);
  }
}
