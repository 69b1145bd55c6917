import { type CopySource, parseCopySource } from "../../s3_protocol/bucket_names.ts";
import { readConditions, requireForCopy } from "../../s3_protocol/conditions.ts";
import { percentDecode } from "../../s3_protocol/percent_encoding.ts";
import type { OpenObject } from "../object_engine.ts";
import type { Call } from "./call.ts";

/** Header that makes a PUT a copy. */
export const COPY_SOURCE = "x-amz-copy-source";

/**
 * Opens what a copy is to read, if the caller may and the conditions about it hold.
 *
 * @throws {S3Fault} `InvalidArgument`, `AccessDenied`, `PreconditionFailed`, and what opening throws.
 */
export async function openCopySource(call: Call): Promise<{ source: CopySource; open: OpenObject }> {
  const source = parseCopySource(call.header(COPY_SOURCE) ?? "", percentDecode);
  await call.require("read", source.bucket, source.key);
  await call.requireOwner(source.bucket, "x-amz-source-expected-bucket-owner");
  const open = await call.engine.objects.open(source);
  try {
    requireForCopy(readConditions((name) => call.header(name), "x-amz-copy-source-"), open.info);
    return { source, open };
  } catch (error) {
    open[Symbol.dispose]();
    throw error;
  }
}
