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
