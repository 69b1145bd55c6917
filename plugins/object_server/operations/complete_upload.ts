import {
  CHECKSUM_ALGORITHMS,
  checksumHeader,
  compositeChecksum,
  fullObjectChecksum,
  parseChecksumAlgorithm,
} from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { multipartEtag } from "../../s3_protocol/etags.ts";
import { parseCompleteMultipartUpload } from "../../s3_protocol/multipart_document.ts";
import { completeMultipartDocument } from "../../s3_protocol/multipart_results.ts";
import { percentEncode } from "../../s3_protocol/percent_encoding.ts";
import { isEngineError } from "../engine/engine_error.ts";
import type { ObjectPart, StoredChecksum, UploadName, UploadStart } from "../object_engine.ts";
import type { Call } from "./call.ts";
import { uploadName } from "./multipart.ts";
import { versionHeader } from "./object_headers.ts";
import type { Operation } from "./operation.ts";
import { readPrecondition } from "./put_attributes.ts";
import { documentReply } from "./reply.ts";

/** Makes an object of the parts of an upload. */
export const completeMultipartUpload: Operation = {
  name: "CompleteMultipartUpload",
  access: "write",
  async run(call) {
    const { engine, bucket, key, headers } = call;
    const name = uploadName(call);
    const parts = parseCompleteMultipartUpload(await call.body.bytes({ ignoreChecksums: true }));
    const precondition = readPrecondition(headers);
    const kind = await checksumKind(call, name);
    const stored = await engine.uploads.complete(name, {
      parts,
      summarize: (parts) => summarize(call, parts, kind),
      ...(precondition === undefined ? {} : { precondition }),
    });
    return documentReply(
      completeMultipartDocument({
        location: `/${bucket}/${percentEncode(key, true)}`,
        bucket,
        key,
        etag: stored.etag,
        checksums: stored.checksums,
        ...(stored.checksums.length === 0 ? {} : { checksumType: stored.checksums[0]!.type }),
      }),
      versionHeader(stored),
    );
  },
};

async function checksumKind(call: Call, name: UploadName): Promise<UploadStart["checksum"]> {
  const type = call.header("x-amz-checksum-type")?.toUpperCase();
  let kind: UploadStart["checksum"];
  try {
    kind = (await call.engine.uploads.stat(name)).checksum;
  } catch (error) {
    // It may have been completed already by this very request, sent again: that is the engine's to say.
    if (!isEngineError(error, "no_such_upload")) throw error;
    return undefined;
  }
  if (type !== undefined && kind !== undefined && type !== kind.type) {
    throw new S3Fault("InvalidRequest", {
      message: `The upload was begun with checksums of type ${kind.type}`,
    });
  }
  return kind;
}

function summarize(call: Call, parts: readonly ObjectPart[], kind: UploadStart["checksum"]) {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const said = call.header("x-amz-mp-object-size");
  if (said !== undefined && Number(said) !== size) {
    throw new S3Fault("InvalidRequest", {
      message: `The parts have ${size} bytes, and not as x-amz-mp-object-size says`,
    });
  }
  const checksums = kind === undefined ? [] : wholeChecksums(parts, kind);
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const given = call.header(checksumHeader(algorithm));
    const computed = checksums.find((sum) => sum.algorithm === algorithm)?.value;
    // The number of parts behind a composite checksum may be left out.
    if (given === undefined || computed === undefined || given === computed) continue;
    if (given === computed.replace(/-\d+$/, "")) continue;
    throw new S3Fault("BadDigest", { message: `The ${algorithm} that was sent is not that of the parts` });
  }
  return { etag: multipartEtag(parts.map((part) => part.etag)), checksums };
}

function wholeChecksums(
  parts: readonly ObjectPart[],
  { algorithm: name, type }: NonNullable<UploadStart["checksum"]>,
): StoredChecksum[] {
  const algorithm = parseChecksumAlgorithm(name);
  const sums = parts.map(({ checksums, size }) => ({
    checksum: checksums.find((sum) => sum.algorithm === algorithm)?.value,
    size,
  }));
  const known = sums.filter((sum): sum is { checksum: string; size: number } => sum.checksum !== undefined);
  if (known.length < sums.length) return [];
  const value = type === "FULL_OBJECT"
    ? fullObjectChecksum(algorithm, known)
    : compositeChecksum(algorithm, known);
  return [{ algorithm, value, type }];
}
