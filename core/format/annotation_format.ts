import type { RunAnnotation, VersionAnnotation } from "../model/annotation.ts";
import type { JsonObject } from "../model/json.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import {
  amount,
  filledText,
  json,
  listOf,
  literal,
  name,
  object,
  optional,
  ordinal,
  runId,
  text,
} from "./shape.ts";

const RUN: DocumentKind<RunAnnotation> = {
  code: "run_annotation",
  title: "what was said of a run later",
  schema: "aero/run-annotation@1",
  shape: object<RunAnnotation>({
    schema: literal("aero/run-annotation@1"),
    run: runId(),
    tagged: optional(listOf(filledText, 1)),
    untagged: optional(listOf(filledText, 1)),
    note: optional(text),
    by: text,
    host: text,
    at: amount,
  }),
};

const VERSION: DocumentKind<VersionAnnotation> = {
  code: "version_annotation",
  title: "what was said of a version of an artifact later",
  schema: "aero/version-annotation@1",
  shape: object<VersionAnnotation>({
    schema: literal("aero/version-annotation@1"),
    project: name,
    artifact: name,
    number: ordinal,
    note: optional(text),
    metadata: optional(json<JsonObject>(true)),
    removed: optional(listOf(text, 1)),
    by: text,
    host: text,
    at: amount,
  }),
};

/** The bytes of tags and a note for a run: canonical JSON. */
export function writeRunAnnotation(annotation: RunAnnotation): Uint8Array<ArrayBuffer> {
  return writeDocument(RUN, annotation);
}

/**
 * Reads tags and a note for a run.
 *
 * @throws {CorruptionError} `run_annotation_invalid`.
 * @throws {UserError} `run_annotation_newer`.
 */
export function readRunAnnotation(bytes: Uint8Array): RunAnnotation {
  return readDocument(RUN, bytes);
}

/** The bytes of a note and metadata for a version: canonical JSON. */
export function writeVersionAnnotation(annotation: VersionAnnotation): Uint8Array<ArrayBuffer> {
  return writeDocument(VERSION, annotation);
}

/**
 * Reads a note and metadata for a version.
 *
 * @throws {CorruptionError} `version_annotation_invalid`.
 * @throws {UserError} `version_annotation_newer`.
 */
export function readVersionAnnotation(bytes: Uint8Array): VersionAnnotation {
  return readDocument(VERSION, bytes);
}
