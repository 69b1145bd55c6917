import { CorruptionError, type ErrorReport } from "../errors.ts";
import { readRunAnnotation, readVersionAnnotation } from "../format/annotation_format.ts";
import { digestOf } from "../format/digest_of.ts";
import { readVerdict } from "../format/verdict_format.ts";
import type { RunAnnotation, VersionAnnotation } from "../model/annotation.ts";
import type { VerdictRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { StoredDocument } from "./documents.ts";
import { runAnnotationKey, verdictKey, versionAnnotationKey } from "./keys.ts";
import { readNamed } from "./read_named.ts";

/**
 * A verdict, checked against its key.
 *
 * @throws {CorruptionError} `verdict_corrupt` if the bytes do not match the name, `verdict_invalid`.
 */
export function verdictIn(document: StoredDocument): VerdictRecord {
  const { object: { key }, bytes } = document;
  const [, project, run] = key.split("/");
  if (key === verdictKey(project!, run as RunId, digestOf(bytes))) return readNamed(document, readVerdict);
  throw new CorruptionError("verdict_corrupt", {
    what: `Cannot read a verdict on run ${run}`,
    ...unlike(document),
  });
}

/**
 * Tags and a note of a run, checked against their key.
 *
 * @throws {CorruptionError} `run_annotation_corrupt` if the bytes do not match the name, `run_annotation_invalid`.
 */
export function runAnnotationIn(document: StoredDocument): RunAnnotation {
  const { object: { key }, bytes } = document;
  const [, project, run] = key.split("/");
  if (key === runAnnotationKey(project!, run as RunId, digestOf(bytes))) {
    return readNamed(document, readRunAnnotation);
  }
  throw new CorruptionError("run_annotation_corrupt", {
    what: `Cannot read tags and notes of run ${run}`,
    ...unlike(document),
  });
}

/**
 * A note and metadata of a version, checked against their key.
 *
 * @throws {CorruptionError} `version_annotation_corrupt` if the bytes do not match the name,
 * `version_annotation_invalid`.
 */
export function versionAnnotationIn(document: StoredDocument): VersionAnnotation {
  const { object: { key }, bytes } = document;
  const [, project, artifact, folder] = key.split("/");
  const number = Number(/^v([0-9]+)\./.exec(folder!)![1]);
  if (key === versionAnnotationKey({ project: project!, artifact: artifact!, number }, digestOf(bytes))) {
    return readNamed(document, readVersionAnnotation);
  }
  throw new CorruptionError("version_annotation_corrupt", {
    what: `Cannot read notes on versions of "${artifact}"`,
    ...unlike(document),
  });
}

function unlike({ object: { key }, bytes }: StoredDocument): Omit<ErrorReport, "what"> {
  return { why: `the bytes of ${key} hash to ${digestOf(bytes)}`, fix: ["`aero storage fsck`"] };
}
