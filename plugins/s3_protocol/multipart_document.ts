import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumElement } from "./checksums.ts";
import { S3Fault } from "./errors.ts";
import { unquoteEtag } from "./etags.ts";
import { MAX_PARTS } from "./multipart_limits.ts";
import { readXml, type XmlElement } from "./read_xml.ts";
import { childrenOf, expectRoot, integerOf, required, wordOf, wrongDocument } from "./xml_fields.ts";

/** A checksum in a document or header. */
export interface GivenChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. */
  readonly value: string;
}

/** A part as the client names it when it completes an upload. */
export interface NamedPart {
  /** 1 to 10,000. */
  readonly number: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksums: readonly GivenChecksum[];
}

/**
 * Reads the document of CompleteMultipartUpload.
 *
 * @returns Parts in ascending order, each number once; at least one.
 * @throws {S3Fault} `MalformedXML`, `InvalidPartOrder`.
 */
export function parseCompleteMultipartUpload(bytes: Uint8Array): NamedPart[] {
  const root = expectRoot(readXml(bytes), "CompleteMultipartUpload", "CompleteMultipartUploadRequest");
  const parts = childrenOf(root, "Part").map(toPart);
  if (parts.length === 0 || parts.length > MAX_PARTS) throw wrongDocument(`has ${parts.length} parts`);
  if (parts.some((part, i) => i > 0 && part.number < parts[i - 1]!.number)) {
    throw new S3Fault("InvalidPartOrder");
  }
  // A client that sent a part again may name it again: the last counts, as it does for radosgw.
  return parts.filter((part, i) => part.number !== parts[i + 1]?.number);
}

function toPart(part: XmlElement): NamedPart {
  const number = required(integerOf(part, "PartNumber"), "PartNumber");
  if (number < 1 || number > MAX_PARTS) {
    throw wrongDocument(`has a PartNumber that is not from 1 to ${MAX_PARTS}`);
  }
  return { number, etag: unquoteEtag(required(wordOf(part, "ETag"), "ETag")), checksums: checksumsIn(part) };
}

function checksumsIn(parent: XmlElement): GivenChecksum[] {
  return CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = wordOf(parent, checksumElement(algorithm));
    return value === undefined ? [] : [{ algorithm, value }];
  });
}
