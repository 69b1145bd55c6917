import { readAlias } from "../format/alias_format.ts";
import { readRunAnnotation, readVersionAnnotation } from "../format/annotation_format.ts";
import { readCondemned } from "../format/condemned_format.ts";
import { digestOf } from "../format/digest_of.ts";
import { experimentVersionId, readExperimentVersion } from "../format/experiment_version_format.ts";
import { readKeptImage } from "../format/image_format.ts";
import { readImport } from "../format/import_format.ts";
import { readLabel } from "../format/label_format.ts";
import { readPin } from "../format/pin_format.ts";
import { readRecord } from "../format/record_format.ts";
import { readStoreMarker } from "../format/store_marker_format.ts";
import { readVerdict } from "../format/verdict_format.ts";
import {
  aliasKey,
  imageKey,
  importKey,
  labelKey,
  MARKER_KEY,
  pinKey,
  PREFIX,
  recordKey,
  runAnnotationKey,
  verdictKey,
  versionAnnotationKey,
  versionKey,
} from "./keys.ts";

/**
 * The key at which a document belongs that was found at `key`; equal to `key` if all is well, `undefined` if no
 * document has such a key.
 *
 * @throws {AeroError} `…_invalid`, `…_newer` if it cannot be read.
 */
export function placeOf(key: string, bytes: Uint8Array): string | undefined {
  if (key === MARKER_KEY) return readStoreMarker(bytes) && MARKER_KEY;
  if (key.startsWith(PREFIX.versions)) return versionKey(experimentVersionId(readExperimentVersion(bytes)));
  if (key.startsWith(PREFIX.artifacts) && key.includes(".annotations/")) {
    return versionAnnotationKey(readVersionAnnotation(bytes), digestOf(bytes));
  }
  if (key.startsWith(PREFIX.artifacts)) {
    const { project, artifact, number } = readLabel(bytes);
    return labelKey(project, artifact, number);
  }
  if (key.startsWith(PREFIX.aliases)) {
    const { project, artifact, alias } = readAlias(bytes);
    return aliasKey(project, artifact, alias);
  }
  if (key.startsWith(PREFIX.images)) return imageKey(readKeptImage(bytes).image);
  if (key.startsWith(PREFIX.imports)) return importKey(readImport(bytes).manifest, digestOf(bytes));
  if (key.startsWith(PREFIX.pins)) return pinKey(readPin(bytes).run);
  if (key.startsWith(PREFIX.collections)) return readCondemned(bytes) && key;
  if (key.endsWith("/record.json")) {
    const { project, run } = readRecord(bytes);
    return recordKey(project, run);
  }
  const project = key.split("/")[1]!;
  if (key.includes("/annotations/")) {
    return runAnnotationKey(project, readRunAnnotation(bytes).run, digestOf(bytes));
  }
  if (!key.includes("/verdicts/")) return undefined;
  return verdictKey(project, readVerdict(bytes).run, digestOf(bytes));
}
