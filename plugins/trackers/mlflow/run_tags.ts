import { isJsonObject } from "../../../core/model/json.ts";
import { knownCommit, namedTags } from "../../../core/model/named_tags.ts";
import type { TrackedStart } from "../../../core/plugin/tracker.ts";
import { escapeName } from "./names.ts";
import { MOST_TAG, shorten } from "./shorten.ts";

/** A tag as MLflow has it. */
export interface WireTag {
  readonly key: string;
  readonly value: string;
}

/** Tags of aero's own that tell where things are in a run. The pages hide what begins with `mlflow.`, and show these. */
export const TAG = {
  run: "aero.run",
  cursor: "aero.cursor",
  group: "aero.group",
  /** On the parent of a group's runs. */
  groupOf: "aero.group-of",
  version: "aero.version",
  project: "aero.project",
  state: "aero.state",
  /** SHA-256 of the version's document, and in how many tags it stands if it is no artifact. */
  documentHash: "aero.document.sha256",
  documentParts: "aero.document.parts",
  /** Why the server keeps no files of the run. */
  noFiles: "aero.files-not-kept",
  stepless: "aero.steps.none",
  rounded: "aero.steps.rounded",
  /** On a run that was made twice at the same time and is not the one that counts. */
  duplicate: "aero.duplicate-of",
  /** Before the hash of a name that was cut. */
  name: "aero.name.",
  output: "aero.output.",
  document: "aero.document.",
  parent: "mlflow.parentRunId",
} as const;

/** The tag that is a run's description. */
export const NOTE = "mlflow.note.content";

/** All that a run is tagged with when it begins. Names of MLflow's own are those of its `utils/mlflow_tags.py`. */
export function startTags({ start, version, storage }: TrackedStart): WireTag[] {
  const { source, image } = start;
  const { environment } = version;
  const container = environment.kind === "container" ? environment : undefined;
  const tags: Record<string, string | undefined> = {
    "mlflow.user": start.host.user,
    "mlflow.source.name": source.remote ?? start.project,
    // A link to the commit is shown for projects at hosts that the pages know.
    "mlflow.source.type": source.remote === undefined ? "LOCAL" : "PROJECT",
    "mlflow.source.git.commit": knownCommit(version.code.commit),
    "mlflow.source.git.branch": source.branch,
    "mlflow.source.git.repoURL": source.remote,
    "mlflow.project.entryPoint": start.stage,
    "mlflow.docker.image.uri": image === undefined
      ? undefined
      : `${image.reference}@${image.manifest.digest}`,
    "mlflow.docker.image.id": container?.image,
    [NOTE]: start.note,
    [TAG.run]: start.run,
    [TAG.project]: start.project,
    [TAG.version]: start.version,
    [TAG.group]: start.group,
    "aero.stage": start.stage,
    "aero.commit": knownCommit(version.code.commit),
    "aero.image": container?.image,
    "aero.image-reference": image?.reference,
    "aero.grade": start.grade,
    "aero.storage": storage,
    "aero.parent": start.parent === undefined ? undefined : `${start.parent.kind} ${start.parent.run}`,
    "aero.network": container?.network,
  };
  for (const [tag, value] of Object.entries(namedTags(start))) {
    tags[tagKey(tag)] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return Object.entries(tags).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: shorten(value, MOST_TAG, "the run's record") }]
  );
}

/** The key of a tag that people or programs chose: never one of MLflow's or aero's own. */
export function tagKey(name: string): string {
  const key = escapeName(name);
  return /^(mlflow|aero)\./.test(key) ? `tag.${key}` : key;
}

/** A source of a dataset as it was written; `{}` if that is no JSON object. */
export function sourceOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
