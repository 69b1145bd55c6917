import type { JsonObject } from "../model/json.ts";
import type { ArtifactLabel, Origin, PendingVersion } from "../model/lineage.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { descriptorShape } from "./run_shape.ts";
import {
  amount,
  count,
  digest,
  type Fields,
  json,
  literal,
  name,
  object,
  optional,
  ordinal,
  runId,
  tagged,
  text,
} from "./shape.ts";

const VERSION: Fields<Omit<ArtifactLabel, "schema" | "number">> = {
  project: name,
  artifact: name,
  manifest: descriptorShape,
  files: count,
  bytes: count,
  origin: tagged<Origin>("kind", {
    run: object<Extract<Origin, { kind: "run" }>>({ kind: literal("run"), run: runId(), output: name }),
    added: object<Extract<Origin, { kind: "added" }>>({
      kind: literal("added"),
      by: text,
      host: text,
      path: text,
    }),
    imported: object<Extract<Origin, { kind: "imported" }>>({
      kind: literal("imported"),
      by: text,
      host: text,
      url: text,
      record: digest(),
    }),
  }),
  message: optional(text),
  metadata: optional(json<JsonObject>(true)),
  createdAt: amount,
};

const LABEL: DocumentKind<ArtifactLabel> = {
  code: "label",
  title: "a label of an artifact",
  schema: "aero/label@1",
  shape: object<ArtifactLabel>({ ...VERSION, schema: literal("aero/label@1"), number: ordinal }),
};

const PENDING: DocumentKind<Omit<PendingVersion, "number">> = {
  code: "pending_version",
  title: "a version that waits for its label",
  schema: "aero/pending-version@1",
  shape: object<Omit<PendingVersion, "number">>({ ...VERSION, schema: literal("aero/pending-version@1") }),
};

/** The bytes of a label: canonical JSON. */
export function writeLabel(label: ArtifactLabel): Uint8Array<ArrayBuffer> {
  return writeDocument(LABEL, label);
}

/**
 * Reads a label.
 *
 * @throws {CorruptionError} `label_invalid`.
 * @throws {UserError} `label_newer`.
 */
export function readLabel(bytes: Uint8Array): ArtifactLabel {
  return readDocument(LABEL, bytes);
}

/** The bytes of a version that waits for its label: canonical JSON. */
export function writePendingVersion(version: PendingVersion): Uint8Array<ArrayBuffer> {
  return writeDocument(PENDING, version);
}

/**
 * Reads a version that waits for its label.
 *
 * @throws {CorruptionError} `pending_version_invalid`.
 * @throws {UserError} `pending_version_newer`.
 */
export function readPendingVersion(bytes: Uint8Array): PendingVersion {
  return readDocument(PENDING, bytes);
}
