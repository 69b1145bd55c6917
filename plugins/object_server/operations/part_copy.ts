import { createHash } from "node:crypto";
import { startChecksum } from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { MAX_PUT_BYTES } from "../../s3_protocol/multipart_limits.ts";
import { copyDocument } from "../../s3_protocol/object_documents.ts";
import { parseCopyRange } from "../../s3_protocol/ranges.ts";
import type { StoredChecksum } from "../object_engine.ts";
import { openCopySource } from "./copy_source.ts";
import { partAlgorithms, partNumber, uploadName } from "./multipart.ts";
import type { Operation } from "./operation.ts";
import { documentReply } from "./reply.ts";

/** Stores a part whose bytes are those of an object that is there, or a range of them. */
export const uploadPartCopy: Operation = {
  name: "UploadPartCopy",
  access: "write",
  async run(call) {
    const number = partNumber(call);
    const name = uploadName(call);
    const upload = await call.engine.uploads.stat(name);
    const { source, open: opened } = await openCopySource(call);
    using open = opened;
    const wanted = call.header("x-amz-copy-source-range");
    const range = wanted === undefined ? undefined : parseCopyRange(wanted, open.info.size);
    if ((range?.length ?? open.info.size) > MAX_PUT_BYTES) throw new S3Fault("EntityTooLarge");
    await using write = await call.engine.beginWrite(call.bucket);
    const md5 = createHash("md5");
    const running = partAlgorithms(upload).map(startChecksum);
    for await (const bytes of open.read(range)) {
      md5.update(bytes);
      for (const checksum of running) checksum.update(bytes);
      await write.append(bytes);
    }
    const checksums = running.map((checksum): StoredChecksum => ({
      algorithm: checksum.algorithm,
      value: checksum.base64(),
      type: "FULL_OBJECT",
    }));
    const part = await write.commitPart({ ...name, number, etag: md5.digest("hex"), checksums });
    const sourceVersion = open.info.versionId === "null" ? source.versionId : open.info.versionId;
    return documentReply(
      copyDocument({ etag: part.etag, modifiedAt: part.modifiedAt, checksums: part.checksums }, true),
      sourceVersion === undefined ? [] : [["x-amz-copy-source-version-id", sourceVersion]],
    );
  },
};
