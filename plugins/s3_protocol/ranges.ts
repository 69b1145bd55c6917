import { S3Fault } from "./errors.ts";

/** Bytes of an object. */
export interface ByteRange {
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
}

/**
 * Reads a Range header against an object.
 *
 * S3 serves one range at most: several, and what is no range of bytes, are ignored, and the whole is sent.
 * @param size Bytes of the object.
 * @returns `undefined` if the whole is to be sent, with status 200.
 * @throws {S3Fault} `InvalidRange` if nothing of the object lies in it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2}
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i.exec(header?.trim() ?? "");
  if (match === null) return undefined;
  const [, first, last] = match;
  if (first === "") return last === "" ? undefined : suffix(Number(last), size);
  const offset = Number(first);
  const end = last === "" ? size - 1 : Number(last);
  if (end < offset && last !== "") return undefined;
  if (offset >= size) throw unsatisfiable(size);
  return { offset, length: Math.min(end, size - 1) - offset + 1 };
}

function suffix(length: number, size: number): ByteRange {
  if (length === 0 || size === 0) throw unsatisfiable(size);
  const kept = Math.min(length, size);
  return { offset: size - kept, length: kept };
}

function unsatisfiable(size: number): S3Fault {
  return new S3Fault("InvalidRange", {
    fields: { ActualObjectSize: String(size) },
    headers: { "content-range": `bytes */${size}` },
  });
}

/** `bytes 0-9/443`. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`;
}

/**
 * Reads `x-amz-copy-source-range`, which has to lie within its source.
 *
 * @throws {S3Fault} `InvalidArgument` if it is not `bytes=first-last`, `InvalidRange` if it is not within.
 */
export function parseCopyRange(header: string, size: number): ByteRange {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header.trim());
  const first = Number(match?.[1]), last = Number(match?.[2]);
  if (match === null || last < first) {
    throw new S3Fault("InvalidArgument", {
      message: "x-amz-copy-source-range has to be bytes=<first>-<last>",
      fields: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: header },
    });
  }
  if (last >= size) throw unsatisfiable(size);
  return { offset: first, length: last - first + 1 };
}
