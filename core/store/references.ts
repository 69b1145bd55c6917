import { readAlias } from "../format/alias_format.ts";
import { readRunAnnotation, readVersionAnnotation } from "../format/annotation_format.ts";
import { readKeptImage } from "../format/image_format.ts";
import { readImageManifest } from "../format/image_manifest_format.ts";
import { readImport } from "../format/import_format.ts";
import { readLabel } from "../format/label_format.ts";
import { readManifest } from "../format/manifest_format.ts";
import { readPin } from "../format/pin_format.ts";
import { readRecord } from "../format/record_format.ts";
import type { Digest } from "../model/digest.ts";
import { filesOf } from "../model/manifest.ts";
import { labelKey, PREFIX, recordKey, versionKey } from "./keys.ts";

/** An object that something refers to; `size` in bytes, if that is known. */
export interface ObjectReference {
  readonly digest: Digest;
  readonly size?: number;
}

/** What a document refers to. */
export interface References {
  /** Objects that refer to no others. */
  readonly objects: readonly ObjectReference[];
  /** Objects that list files. */
  readonly manifests: readonly ObjectReference[];
  /** Objects that list the config and layers of an image. */
  readonly images: readonly ObjectReference[];
  /** Keys of other documents. */
  readonly documents: readonly string[];
}

const NOTHING: References = { objects: [], manifests: [], images: [], documents: [] };

/** Prefixes of the documents that refer to objects, or to documents. */
export const NAME_PREFIXES = [
  PREFIX.versions,
  PREFIX.imports,
  PREFIX.images,
  PREFIX.pins,
  PREFIX.artifacts,
  PREFIX.runs,
  PREFIX.aliases,
] as const;

const LABEL = /^artifacts\/[^/]+\/[^/]+\/v[1-9][0-9]*\.json$/;
const RECORD = /^runs\/[^/]+\/[^/]+\/record\.json$/;
const VERDICT = /^(runs\/[^/]+\/[^/]+)\/verdicts\/[0-9a-f]{64}\.json$/;
const RUN_ANNOTATION = /^runs\/[^/]+\/[^/]+\/annotations\/[0-9a-f]{64}\.json$/;
const VERSION_ANNOTATION = /^artifacts\/[^/]+\/[^/]+\/v[1-9][0-9]*\.annotations\/[0-9a-f]{64}\.json$/;
const ALIAS = /^aliases\/[^/]+\/[^/]+\/[^/]+\.json$/;
const VERSION = /^versions\/[0-9a-f]{64}$/;
const IMAGE = /^images\/[0-9a-f]{64}\.json$/;
const IMPORT = /^imports\/[0-9a-f]{64}\/[0-9a-f]{64}\.json$/;
const PIN = /^pins\/[k-z]{16}\.json$/;

/**
 * What the document at `key` refers to; `undefined` if no document of this format has such a key.
 *
 * @throws {AeroError} `…_invalid`, `…_newer` if it cannot be read.
 */
export function referencesOf(key: string, bytes: Uint8Array): References | undefined {
  if (VERSION.test(key)) return NOTHING;
  if (LABEL.test(key)) return { ...NOTHING, manifests: [readLabel(bytes).manifest] };
  if (IMPORT.test(key)) return { ...NOTHING, manifests: [{ digest: readImport(bytes).manifest }] };
  if (PIN.test(key)) return { ...NOTHING, objects: readPin(bytes).objects };
  if (IMAGE.test(key)) {
    const { manifest, inventory } = readKeptImage(bytes);
    return { ...NOTHING, images: [manifest], objects: inventory === undefined ? [] : [inventory] };
  }
  if (ALIAS.test(key)) {
    const { project, artifact, number } = readAlias(bytes);
    return { ...NOTHING, documents: [labelKey(project, artifact, number)] };
  }
  if (VERSION_ANNOTATION.test(key)) {
    const { project, artifact, number } = readVersionAnnotation(bytes);
    return { ...NOTHING, documents: [labelKey(project, artifact, number)] };
  }
  // A run that goes on has no record yet.
  if (RUN_ANNOTATION.test(key)) return readRunAnnotation(bytes) && NOTHING;
  const verdict = VERDICT.exec(key);
  if (verdict) return { ...NOTHING, documents: [`${verdict[1]}/record.json`] };
  return RECORD.test(key) ? referencesOfRecord(bytes) : undefined;
}

function referencesOfRecord(bytes: Uint8Array): References {
  const { source, image, logs, journal, inputs, outputs, version } = readRecord(bytes);
  const some = [image?.inventory, logs.stdout, logs.stderr].filter((object) => object !== undefined);
  return {
    objects: [...source.packs, journal, ...some],
    manifests: [...Object.values(inputs), ...Object.values(outputs)].map(({ manifest }) => manifest),
    images: image === undefined ? [] : [image.manifest],
    documents: [versionKey(version)],
  };
}

/** The run whose pin is at `key`, and where its record will be. */
export function recordOfPin(bytes: Uint8Array): string {
  const { project, run } = readPin(bytes);
  return recordKey(project, run);
}

/** The objects that a manifest lists. @throws {AeroError} `manifest_invalid`, `manifest_unsupported`. */
export function objectsOfManifest(bytes: Uint8Array): ObjectReference[] {
  return filesOf(readManifest(bytes));
}

/** The objects that an image manifest lists. @throws {AeroError} `image_manifest_invalid`. */
export function objectsOfImage(bytes: Uint8Array): ObjectReference[] {
  const { config, layers } = readImageManifest(bytes);
  return [config, ...layers];
}
