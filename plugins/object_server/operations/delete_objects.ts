import { type DeleteEntry, parseDelete } from "../../s3_protocol/delete_document.ts";
import { isS3Fault } from "../../s3_protocol/errors.ts";
import { type DeleteOutcome, deleteResultDocument } from "../../s3_protocol/object_documents.ts";
import type { Deleted, Precondition } from "../object_engine.ts";
import type { Call } from "./call.ts";
import { toFault } from "./engine_fault.ts";
import type { Operation } from "./operation.ts";
import { readPrecondition } from "./put_attributes.ts";
import { documentReply, emptyReply } from "./reply.ts";

/** Deletes an object or a version. */
export const deleteObject: Operation = {
  name: "DeleteObject",
  access: "write",
  async run(call) {
    const precondition = readPrecondition(call.headers);
    const bypassGovernance = await call.bypassesGovernance();
    const deleted = await call.engine.objects.delete(call.objectName(), {
      owner: call.user.name,
      bypassGovernance,
      ...(precondition === undefined ? {} : { precondition }),
    });
    return emptyReply(204, [
      ...(deleted.deleteMarker ? [["x-amz-delete-marker", "true"] as const] : []),
      ...(deleted.versionId === undefined ? [] : [["x-amz-version-id", deleted.versionId] as const]),
    ]);
  },
};

/** How many deletes of one request are under way at once: the engine makes them durable together. */
const AT_ONCE = 100;

/** Deletes up to 1,000 objects or versions, each for itself; the reply says what became of each. */
export const deleteObjects: Operation = {
  name: "DeleteObjects",
  access: "self",
  async run(call) {
    // Who may do nothing in the bucket is told so once, and not for each key.
    await call.require("read", call.bucket);
    await call.engine.buckets.stat(call.bucket);
    const { objects, quiet } = parseDelete(await call.body.bytes());
    const bypassGovernance = await call.bypassesGovernance();
    const outcomes: DeleteOutcome[] = [];
    for (let at = 0; at < objects.length; at += AT_ONCE) {
      const batch = objects.slice(at, at + AT_ONCE);
      outcomes.push(...await Promise.all(batch.map((entry) => deleteOne(call, entry, bypassGovernance))));
    }
    return documentReply(deleteResultDocument(outcomes, quiet));
  },
};

async function deleteOne(call: Call, entry: DeleteEntry, bypassGovernance: boolean): Promise<DeleteOutcome> {
  const { key, versionId } = entry;
  const named = { key, ...(versionId === undefined ? {} : { versionId }) };
  try {
    await call.require("write", call.bucket, key);
    const precondition = preconditionOf(entry);
    const deleted = await call.engine.objects.delete({ bucket: call.bucket, ...named }, {
      owner: call.user.name,
      bypassGovernance,
      ...(precondition === undefined ? {} : { precondition }),
    });
    return { ...named, ...markerOf(deleted) };
  } catch (error) {
    const fault = toFault(error);
    if (!isS3Fault(fault)) throw error;
    return { ...named, code: fault.code, message: fault.message };
  }
}

function markerOf(deleted: Deleted) {
  if (!deleted.deleteMarker) return {};
  return {
    deleteMarker: true,
    ...(deleted.versionId === undefined ? {} : { deleteMarkerVersionId: deleted.versionId }),
  };
}

function preconditionOf({ etag, modifiedAt, size }: DeleteEntry): Precondition | undefined {
  if (etag === undefined && modifiedAt === undefined && size === undefined) return undefined;
  return {
    ...(etag === undefined ? {} : { ifMatch: etag === "*" ? "*" : [etag] }),
    ...(modifiedAt === undefined ? {} : { ifMatchModifiedAt: modifiedAt }),
    ...(size === undefined ? {} : { ifMatchSize: size }),
  };
}
