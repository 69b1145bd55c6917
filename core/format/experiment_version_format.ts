import type { Digest } from "../model/digest.ts";
import type { ExperimentVersion, StageKey } from "../model/experiment_version.ts";
import { digestOf } from "./digest_of.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { experimentVersionShape, stageKeyShape } from "./experiment_version_shape.ts";

const VERSION: DocumentKind<ExperimentVersion> = {
  code: "experiment_version",
  title: "an experiment version",
  schema: "aero/experiment-version@1",
  shape: experimentVersionShape,
};

const STAGE_KEY: DocumentKind<StageKey> = {
  code: "stage_key",
  title: "a stage key",
  schema: "aero/stage-key@1",
  shape: stageKeyShape,
};

/** The bytes of an experiment version: canonical JSON, equal for equal content in whatever order keys came. */
export function writeExperimentVersion(version: ExperimentVersion): Uint8Array<ArrayBuffer> {
  return writeDocument(VERSION, version);
}

/**
 * Reads an experiment version.
 *
 * @throws {CorruptionError} `experiment_version_invalid`.
 * @throws {UserError} `experiment_version_newer`.
 */
export function readExperimentVersion(bytes: Uint8Array): ExperimentVersion {
  return readDocument(VERSION, bytes);
}

/** The id of an experiment version: SHA-256 of its bytes. */
export function experimentVersionId(version: ExperimentVersion): Digest {
  return digestOf(writeExperimentVersion(version));
}

/** The id of a stage key, by which the result cache is asked: SHA-256 of its canonical JSON. */
export function stageKeyId(key: StageKey): Digest {
  return digestOf(writeDocument(STAGE_KEY, key));
}
