import { UserError } from "../errors.ts";
import { annotatedVersion, type VersionAnnotation } from "../model/annotation.ts";
import type { JsonObject } from "../model/json.ts";
import { type KnownVersion, labelName } from "../model/lineage.ts";
import {
  type ArtifactName,
  type ArtifactReference,
  parseArtifactName,
  parseArtifactReference,
  parseVersionSelector,
} from "../model/name.ts";
import { unknownArtifact } from "../store/artifact_selection.ts";
import type { ArtifactCatalog } from "../store/artifacts.ts";

/** Which version of an artifact something is, as `--json` prints it. */
export interface VersionFacts {
  readonly type: "artifact-version";
  readonly project: string;
  readonly artifact: string;
  readonly label: string;
  /** Digest of the manifest. */
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
}

/** One version of an artifact, as `--json` prints it. */
export interface VersionItem extends VersionFacts {
  readonly origin: KnownVersion["origin"];
  /** What was said of it when it was stored. */
  readonly message?: string;
  /** What was said of it since. */
  readonly note?: string;
  /** As it is now; absent if it has none. */
  readonly metadata?: JsonObject;
  readonly createdAt: number;
  /** Aliases that stand for it, sorted. */
  readonly aliases: readonly string[];
}

/** What tells a version from others. */
export function versionFacts(label: KnownVersion): VersionFacts {
  const { project, artifact, manifest, files, bytes } = label;
  return {
    type: "artifact-version",
    project,
    artifact,
    label: labelName(label),
    digest: manifest.digest,
    files,
    bytes,
  };
}

/**
 * The printed form of a label.
 *
 * @param annotations May be those of other versions too.
 */
export function versionItem(
  label: KnownVersion,
  aliases: readonly string[],
  annotations: readonly VersionAnnotation[],
): VersionItem {
  const { origin, message, createdAt } = label;
  const own = annotations.filter(({ number }) => number === label.number);
  const { note, metadata } = annotatedVersion(label.metadata, own);
  return {
    ...versionFacts(label),
    origin,
    ...(message === undefined ? {} : { message }),
    ...(note === undefined ? {} : { note }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    createdAt,
    aliases,
  };
}

/** Names of the aliases that stand for a label now. */
export async function aliasesOf(catalog: ArtifactCatalog, label: KnownVersion): Promise<string[]> {
  const aliases = await catalog.aliases(label.project, label.artifact);
  return aliases.filter(({ number }) => number === label.number).map(({ alias }) => alias);
}

/**
 * All labels of an artifact, oldest first; at least one.
 *
 * @throws {UserError} `artifact_not_found`.
 */
export async function labelsOf(catalog: ArtifactCatalog, artifact: ArtifactName): Promise<KnownVersion[]> {
  const labels = await catalog.labels(artifact.project, artifact.name);
  if (labels.length === 0) throw unknownArtifact(artifact, await catalog.names());
  return labels;
}

/**
 * Reads two versions as a person writes them: `model:v1 model:v2`, `model:v1 :v2`, `model v1 v2`, or `model v1`,
 * which is v1 and the newest.
 *
 * @throws {UserError} `name_invalid`, `reference_invalid`.
 */
export function parseVersionPair(
  words: readonly string[],
  ownProject: string,
): readonly [ArtifactReference, ArtifactReference] {
  const [first = "", second, third] = words;
  if (third !== undefined) {
    const artifact = parseArtifactName(first, ownProject);
    return [
      { artifact, version: parseVersionSelector(withColon(second!)) },
      { artifact, version: parseVersionSelector(withColon(third)) },
    ];
  }
  const a = parseArtifactReference(first, ownProject);
  if (second === undefined) {
    throw new UserError("argument_missing", {
      what: "Cannot compare one version",
      why: `only ${JSON.stringify(first)} is named`,
      fix: [`\`aero artifact diff ${a.artifact.name}:v1 ${a.artifact.name}:v2\``],
    });
  }
  if (!/^(?::|@|v[1-9][0-9]*$)/.test(second)) return [a, parseArtifactReference(second, ownProject)];
  const version = parseVersionSelector(withColon(second));
  return a.version.by === "latest" && !first.includes(":")
    ? [{ artifact: a.artifact, version }, a]
    : [a, { artifact: a.artifact, version }];
}

function withColon(text: string): string {
  return /^[:@]/.test(text) ? text : `:${text}`;
}
