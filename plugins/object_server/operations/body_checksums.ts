import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  isChecksumText,
  parseChecksumAlgorithm,
} from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";

/** Which checksums of a body are to be computed, and what the client says they are. */
export interface ChecksumPlan {
  readonly algorithms: readonly ChecksumAlgorithm[];
  /** Base64, from headers. */
  readonly given: ReadonlyMap<ChecksumAlgorithm, string>;
  /** Names of trailers that were announced, in lower case. */
  readonly announced: readonly string[];
}

/**
 * Reads from the headers which checksums a body comes with.
 *
 * @param headers By lower-case name.
 * @param wanted Further ones, in any case.
 * @throws {S3Fault} `InvalidRequest` for more than one value or an unknown algorithm, `BadDigest` for a value that is no checksum.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html}
 */
export function planChecksums(
  headers: ReadonlyMap<string, string>,
  wanted: readonly string[],
): ChecksumPlan {
  const given = new Map<ChecksumAlgorithm, string>();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = headers.get(checksumHeader(algorithm));
    if (value === undefined) continue;
    if (!isChecksumText(algorithm, value)) {
      throw new S3Fault("BadDigest", {
        message: `The value of ${checksumHeader(algorithm)} is no checksum`,
      });
    }
    given.set(algorithm, value);
  }
  if (given.size > 1) {
    throw new S3Fault("InvalidRequest", { message: "A request takes one x-amz-checksum header" });
  }
  const announced = (headers.get("x-amz-trailer") ?? "").toLowerCase().split(",")
    .map((name) => name.trim()).filter((name) => name !== "");
  const trailing = CHECKSUM_ALGORITHMS.filter((algorithm) => announced.includes(checksumHeader(algorithm)));
  const unknown = announced.find((name) =>
    name.startsWith("x-amz-checksum-") && !trailing.some((algorithm) => name === checksumHeader(algorithm))
  );
  // Taken without being held against it, the client would think that the body was proven.
  if (unknown !== undefined) {
    throw new S3Fault("InvalidRequest", { message: `${unknown} is no checksum that this server can take` });
  }
  const sdk = headers.get("x-amz-sdk-checksum-algorithm");
  const named = [...wanted, ...(sdk === undefined ? [] : [sdk])].map(parseChecksumAlgorithm);
  return { algorithms: [...new Set([...given.keys(), ...trailing, ...named])], given, announced };
}

/**
 * Holds a computed checksum against what header and trailer say of it.
 *
 * @throws {S3Fault} `BadDigest`.
 */
export function checkGiven(
  plan: ChecksumPlan,
  algorithm: ChecksumAlgorithm,
  computed: string,
  trailers: ReadonlyMap<string, string>,
): void {
  for (const said of [plan.given.get(algorithm), trailers.get(checksumHeader(algorithm))]) {
    if (said === undefined || said === computed) continue;
    throw new S3Fault("BadDigest", { message: `The ${algorithm} that was sent is not that of the body` });
  }
}
