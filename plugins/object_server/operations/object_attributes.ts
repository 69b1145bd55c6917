import { S3Fault } from "../../s3_protocol/errors.ts";
import { objectAttributesDocument } from "../../s3_protocol/object_documents.ts";
import { readConditions, requireForRead } from "../../s3_protocol/conditions.ts";
import { httpDate } from "../../s3_protocol/timestamp.ts";
import type { ObjectPart } from "../object_engine.ts";
import type { Call } from "./call.ts";
import { versionHeader } from "./object_headers.ts";
import type { Operation } from "./operation.ts";
import { documentReply } from "./reply.ts";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
const MAX_PAGE = 1000;

/** What is known of an object, and of its parts, without its bytes. */
export const getObjectAttributes: Operation = {
  name: "GetObjectAttributes",
  access: "read",
  async run(call) {
    const wanted = (call.header("x-amz-object-attributes") ?? "").split(",").map((word) => word.trim());
    const strange = wanted.find((word) => !ATTRIBUTES.includes(word));
    if (strange !== undefined) throw invalid("x-amz-object-attributes", strange);
    using open = await call.engine.objects.open(call.objectName());
    const { info } = open;
    requireForRead(readConditions((name) => call.header(name)), info);
    const { checksums } = info;
    return documentReply(
      objectAttributesDocument({
        ...(wanted.includes("ETag") ? { etag: info.etag } : {}),
        ...(wanted.includes("Checksum") && checksums.length > 0
          ? { checksums, checksumType: checksums[0]!.type }
          : {}),
        ...(wanted.includes("StorageClass") ? { storageClass: info.storageClass } : {}),
        ...(wanted.includes("ObjectSize") ? { size: info.size } : {}),
        ...(wanted.includes("ObjectParts") && info.partCount !== undefined
          ? { parts: pageOf(call, open.parts(), info.partCount) }
          : {}),
      }),
      [["Last-Modified", httpDate(info.modifiedAt)], ...versionHeader(info)],
    );
  },
};

function pageOf(call: Call, parts: readonly ObjectPart[], total: number) {
  const maxParts = Math.min(count(call, "x-amz-max-parts") ?? MAX_PAGE, MAX_PAGE);
  const after = count(call, "x-amz-part-number-marker") ?? 0;
  const rest = parts.filter((part) => part.number > after);
  const page = rest.slice(0, maxParts);
  return {
    total,
    partNumberMarker: after,
    nextPartNumberMarker: page.at(-1)?.number ?? after,
    maxParts,
    isTruncated: rest.length > page.length,
    parts: page,
  };
}

function count(call: Call, name: string): number | undefined {
  const value = call.header(name);
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw invalid(name, value);
  return Number(value);
}

function invalid(name: string, value: string): S3Fault {
  return new S3Fault("InvalidArgument", { fields: { ArgumentName: name, ArgumentValue: value } });
}
