import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { fromBase64, toBase64 } from "./base64.ts";
import { type Crc, Crc32c, CRC32C_POLYNOMIAL } from "./crc32c.ts";
import { Crc64Nvme, CRC64NVME_POLYNOMIAL } from "./crc64nvme.ts";
import { combineCrcs } from "./crc_combine.ts";
import { S3Fault } from "./errors.ts";

/** The kinds of checksum that S3 keeps, as it names them. */
export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;

/** One of {@link CHECKSUM_ALGORITHMS}. */
export type ChecksumAlgorithm = typeof CHECKSUM_ALGORITHMS[number];

/** Whether the checksum of a multipart object is that of its bytes, or that of the checksums of its parts. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** Bytes of a checksum. */
const LENGTHS: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** A checksum over bytes that come piece by piece. */
export interface RunningChecksum {
  readonly algorithm: ChecksumAlgorithm;
  update(bytes: Uint8Array): void;
  /** The checksum as S3 writes it, base64 of its big-endian bytes. Ends it. */
  base64(): string;
}

/** Begins a checksum. */
export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case "CRC32":
      return runningCrc(algorithm, new Crc32());
    case "CRC32C":
      return runningCrc(algorithm, new Crc32c());
    case "CRC64NVME":
      return runningCrc(algorithm, new Crc64Nvme());
    case "SHA1":
    case "SHA256": {
      const hash = createHash(algorithm.toLowerCase());
      return { algorithm, update: (bytes) => void hash.update(bytes), base64: () => hash.digest("base64") };
    }
  }
}

/** CRC-32 as in Ethernet and zip. */
class Crc32 implements Crc {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  value(): Uint8Array {
    const out = new Uint8Array(4);
    new DataView(out.buffer).setUint32(0, this.#value);
    return out;
  }
}

function runningCrc(algorithm: ChecksumAlgorithm, crc: Crc): RunningChecksum {
  return { algorithm, update: (bytes) => crc.update(bytes), base64: () => toBase64(crc.value()) };
}

/** The checksum of bytes in memory, in base64. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  const checksum = startChecksum(algorithm);
  checksum.update(bytes);
  return checksum.base64();
}

/** `x-amz-checksum-crc32c` and the like. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Name of the element of documents: `ChecksumCRC32C` and the like. */
export function checksumElement(algorithm: ChecksumAlgorithm): `Checksum${ChecksumAlgorithm}` {
  return `Checksum${algorithm}`;
}

/**
 * Reads the name of an algorithm, in any case.
 *
 * @throws {S3Fault} `InvalidRequest`.
 */
export function parseChecksumAlgorithm(text: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === text.toUpperCase());
  if (found !== undefined) return found;
  throw new S3Fault("InvalidRequest", {
    message: `The checksum algorithm has to be one of ${CHECKSUM_ALGORITHMS.join(", ")}`,
  });
}

/** Whether `text` is a checksum of this kind in base64: of the right length, and spelt in the one canonical way. */
export function isChecksumText(algorithm: ChecksumAlgorithm, text: string): boolean {
  return fromBase64(text)?.length === LENGTHS[algorithm];
}

/** Whether parts of uploads with this algorithm can make a checksum of this type. */
export function allowsChecksumType(algorithm: ChecksumAlgorithm, type: ChecksumType): boolean {
  const isHash = algorithm === "SHA1" || algorithm === "SHA256";
  return type === "COMPOSITE" ? algorithm !== "CRC64NVME" : !isHash;
}

/** The type of a multipart upload that names an algorithm and no type. */
export function defaultChecksumType(algorithm: ChecksumAlgorithm): ChecksumType {
  return algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
}

/** A part of a multipart object, as its checksum is combined. */
export interface PartChecksum {
  /** Base64 of the part's checksum. */
  readonly checksum: string;
  /** Bytes of the part. */
  readonly size: number;
}

/**
 * The checksum of checksums: that of the parts' checksums one after another, `-`, and how many parts there are.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html}
 */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  const checksum = startChecksum(algorithm);
  for (const part of parts) checksum.update(fromBase64(part.checksum)!);
  return `${checksum.base64()}-${parts.length}`;
}

/**
 * The checksum of a whole object from those of its parts, without its bytes. Only CRCs can do that.
 *
 * @param parts In order; at least one.
 * @throws {RangeError} for SHA-1 and SHA-256.
 */
export function fullObjectChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  if (!allowsChecksumType(algorithm, "FULL_OBJECT")) throw new RangeError(`${algorithm} cannot be combined`);
  const width = algorithm === "CRC64NVME" ? 64 : 32;
  const total = parts
    .map(({ checksum, size }) => ({ crc: toBigInt(fromBase64(checksum)!), size }))
    .reduce((a, b) => ({ crc: combineCrcs(width, POLYNOMIALS[algorithm]!, a.crc, b.crc, b.size), size: 0 }));
  const hex = total.crc.toString(16).padStart(width / 4, "0");
  return toBase64(Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16)));
}

const POLYNOMIALS: Partial<Record<ChecksumAlgorithm, bigint>> = {
  // IEEE 802.3, reversed.
  CRC32: 0xedb88320n,
  CRC32C: BigInt(CRC32C_POLYNOMIAL),
  CRC64NVME: CRC64NVME_POLYNOMIAL,
};

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
