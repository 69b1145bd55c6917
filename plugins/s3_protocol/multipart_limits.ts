const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

// All from "Amazon S3 multipart upload limits",
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html

/** Most parts of an upload. */
export const MAX_PARTS = 10_000;

/** Least size of a part that is not the last, in bytes. */
export const MIN_PART_BYTES = 5 * MIB;

/** Largest part, and largest object of a single PUT, in bytes. */
export const MAX_PUT_BYTES = 5 * GIB;

/** Largest object, in bytes. */
export const MAX_OBJECT_BYTES = MAX_PARTS * MAX_PUT_BYTES;

/** Longest key, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** Most user metadata of an object, in bytes of names and values. */
export const MAX_METADATA_BYTES = 2048;

/**
 * The size of parts that an upload is best cut into: the one that is wanted, unless there would be too many parts.
 *
 * @param size Bytes of the object.
 * @param wanted Bytes of a part.
 * @returns Bytes; a whole number of MiB, so that parts begin where buffers do, at least {@link MIN_PART_BYTES}.
 * @throws {RangeError} if the object is larger than S3 takes.
 */
export function choosePartBytes(size: number, wanted: number): number {
  if (size > MAX_OBJECT_BYTES) throw new RangeError(`${size} bytes are more than ${MAX_OBJECT_BYTES}`);
  const least = Math.max(wanted, MIN_PART_BYTES, size / MAX_PARTS);
  return Math.min(Math.ceil(least / MIB) * MIB, MAX_PUT_BYTES);
}

/** A part of an object that is cut into parts. */
export interface PartRange {
  /** From 1. */
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
}

/** Cuts an object into parts of one size, the last of which may be smaller; an empty object is one empty part. */
export function partRanges(size: number, partBytes: number): PartRange[] {
  return Array.from({ length: Math.max(1, Math.ceil(size / partBytes)) }, (_, i) => ({
    number: i + 1,
    offset: i * partBytes,
    size: Math.min(partBytes, size - i * partBytes),
  }));
}
