import type { App } from "../app.ts";
import { annotatedVersion, instantAfter, type VersionAnnotation } from "../model/annotation.ts";
import type { JsonObject } from "../model/json.ts";
import type { ArtifactLabel } from "../model/lineage.ts";
import type { ArtifactReference } from "../model/name.ts";
import type { RunServices } from "../pipeline/run_services.ts";
import { labelled } from "../store/artifact_selection.ts";
import { type VersionItem, versionItem } from "./artifact_versions.ts";
import { artifactReference } from "./artifact_word.ts";

/** What is to hold of a version from now on. */
export interface VersionRemark {
  /** Empty: no note any more. */
  readonly note?: string;
  /** Fields of the metadata to set. */
  readonly metadata?: JsonObject;
  /** Fields of the metadata to take away. */
  readonly removed?: readonly string[];
}

/** A version with its note and metadata after a remark. */
export type AnnotatedVersion = VersionItem & {
  /** Whether anything is other than before; what is not is not written. */
  readonly changed: boolean;
};

/**
 * Says of a version of an artifact what it is. Its label and its bytes stay as they are.
 *
 * @throws {UserError} `artifact_not_found`, `label_not_found`, `version_pending`, ….
 */
export async function annotateVersion(
  app: App,
  reference: string | ArtifactReference,
  remark: VersionRemark,
): Promise<AnnotatedVersion> {
  const { services } = await app.openProject();
  const wanted = typeof reference === "string" ? await artifactReference(app, reference) : reference;
  const label = labelled(await services.catalog.resolve(wanted));
  return await annotateLabel(services, label, remark);
}

/** As {@link annotateVersion}, of a label that was found. */
export async function annotateLabel(
  services: Pick<RunServices, "catalog" | "describeHost" | "now">,
  label: ArtifactLabel,
  { note, metadata = {}, removed = [] }: VersionRemark,
): Promise<AnnotatedVersion> {
  const { catalog } = services;
  const { project, artifact, number } = label;
  const known = await catalog.annotations({ project, name: artifact }, number);
  const before = annotatedVersion(label.metadata, known);
  const isAs = (field: string, value: unknown) =>
    Object.hasOwn(before.metadata, field) && JSON.stringify(before.metadata[field]) === JSON.stringify(value);
  const set = Object.entries(metadata).filter(([field, value]) => !isAs(field, value));
  const gone = [...new Set(removed)].filter((field) => Object.hasOwn(before.metadata, field));
  const said = note === (before.note ?? "") ? undefined : note;
  if (set.length === 0 && gone.length === 0 && said === undefined) {
    return { ...versionItem(label, [], known), changed: false };
  }
  const { user, hostname } = await services.describeHost();
  const annotation: VersionAnnotation = {
    schema: "aero/version-annotation@1",
    project,
    artifact,
    number,
    ...(said === undefined ? {} : { note: said }),
    ...(set.length === 0 ? {} : { metadata: Object.fromEntries(set) }),
    ...(gone.length === 0 ? {} : { removed: gone }),
    by: user,
    host: hostname,
    at: instantAfter(known, services.now()),
  };
  await catalog.annotate(annotation);
  return { ...versionItem(label, [], [...known, annotation]), changed: true };
}
