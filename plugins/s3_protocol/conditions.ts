import { S3Fault } from "./errors.ts";
import { parseEtagList } from "./etags.ts";
import { parseHttpDate } from "./timestamp.ts";

/** What a request asks to hold of an object before it is read. */
export interface ReadConditions {
  readonly ifMatch?: "*" | readonly string[];
  readonly ifNoneMatch?: "*" | readonly string[];
  /** Epoch milliseconds. */
  readonly ifModifiedSince?: number;
  /** Epoch milliseconds. */
  readonly ifUnmodifiedSince?: number;
}

/**
 * Reads the conditional headers of a request.
 *
 * @param header Gives a header by lower-case name.
 * @param prefix `x-amz-copy-source-` for those about the source of a copy.
 * @returns Only what was sent; a date that is none counts as not sent (RFC 9110 §13.1.3).
 */
export function readConditions(header: (name: string) => string | undefined, prefix = ""): ReadConditions {
  const etags = (name: string) => {
    const text = header(prefix + name);
    return text === undefined ? undefined : parseEtagList(text);
  };
  const date = (name: string) => {
    const text = header(prefix + name);
    return text === undefined ? undefined : parseHttpDate(text);
  };
  const ifMatch = etags("if-match"), ifNoneMatch = etags("if-none-match");
  const ifModifiedSince = date("if-modified-since"), ifUnmodifiedSince = date("if-unmodified-since");
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }),
    ...(ifUnmodifiedSince === undefined ? {} : { ifUnmodifiedSince }),
  };
}

/** What conditions are held against. */
export interface ConditionSubject {
  /** Without quotes. */
  readonly etag: string;
  /** Epoch milliseconds; compared in whole seconds, as headers have them. */
  readonly modifiedAt: number;
}

/**
 * Decides conditions for an object that exists.
 *
 * If-Match outranks If-Unmodified-Since, and If-None-Match outranks If-Modified-Since.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2}
 */
export function evaluateConditions(
  conditions: ReadConditions,
  subject: ConditionSubject,
): "holds" | "not_modified" | "failed" {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const modifiedAt = Math.floor(subject.modifiedAt / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!etagMatches(ifMatch, subject.etag)) return "failed";
  } else if (ifUnmodifiedSince !== undefined && modifiedAt > ifUnmodifiedSince) {
    return "failed";
  }
  if (ifNoneMatch !== undefined) return etagMatches(ifNoneMatch, subject.etag) ? "not_modified" : "holds";
  return ifModifiedSince !== undefined && modifiedAt <= ifModifiedSince ? "not_modified" : "holds";
}

/** Whether an ETag, without quotes, is in a list; every one is in `*`. */
function etagMatches(list: "*" | readonly string[], etag: string): boolean {
  return list === "*" || list.includes(etag);
}

/**
 * Holds a GET or HEAD to its conditions.
 *
 * @throws {S3Fault} `NotModified`, `PreconditionFailed` with the condition that failed.
 */
export function requireForRead(conditions: ReadConditions, subject: ConditionSubject): void {
  const verdict = evaluateConditions(conditions, subject);
  if (verdict === "not_modified") throw new S3Fault("NotModified");
  if (verdict === "failed") {
    throw failed(conditions.ifMatch === undefined ? "If-Unmodified-Since" : "If-Match");
  }
}

/**
 * Holds a copy to the conditions about its source: there is no 304 for a copy.
 *
 * @throws {S3Fault} `PreconditionFailed`.
 */
export function requireForCopy(conditions: ReadConditions, subject: ConditionSubject): void {
  if (evaluateConditions(conditions, subject) !== "holds") throw failed("x-amz-copy-source-if-…");
}

function failed(condition: string): S3Fault {
  return new S3Fault("PreconditionFailed", { fields: { Condition: condition } });
}
