import { canonicalJson } from "../format/canonical_json.ts";
import { digestOf } from "../format/digest_of.ts";
import { experimentVersionId } from "../format/experiment_version_format.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { JsonValue } from "../model/json.ts";
import { isName } from "../model/name.ts";
import { tagWord } from "../model/named_tags.ts";
import { type Params, parseParams } from "../model/params.ts";
import type { ImportedRun, RunStart } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { withoutUser } from "../model/url_user.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { ForeignRun } from "../plugin/tracker.ts";

/** The object id that git writes for "none". */
const NO_OBJECT = "0".repeat(40);

/** What a run that others' code made is called here. */
export interface ForeignPlace {
  /** The id that it gets. */
  readonly run: RunId;
  /** The project that it becomes part of. */
  readonly project: string;
  /** Version of aero. */
  readonly aero: string;
}

/**
 * The beginning of a record of a run that others' code made; see FORMAT.md, "Imported runs".
 *
 * What is not known is told as such: a commit of zeros, an empty text, a count of 0.
 */
export function foreignStart(
  from: NamedTracker,
  foreign: ForeignRun,
  { run, project, aero }: ForeignPlace,
): { readonly start: RunStart; readonly version: ExperimentVersion } {
  const imported = importedRun(from, foreign);
  const { commit, remote, branch } = foreign.source ?? {};
  const version: ExperimentVersion = {
    schema: "aero/experiment-version@1",
    project,
    stage: stageName(foreign.group, from.use),
    code: { commit: isObjectId(commit) ? commit : NO_OBJECT, tree: NO_OBJECT },
    environment: { kind: "host", platform: "unknown", env: {} },
    inputs: {},
    params: paramsOf(foreign.params),
    command: ["imported"],
  };
  const start: RunStart = {
    run,
    project,
    stage: version.stage,
    version: experimentVersionId(version),
    // Asked for by no plan: an imported run stands for no other.
    stageKey: digestOf(canonicalJson(imported)),
    group: run,
    grade: "provenance",
    tags: Object.entries(foreign.tags).map(([name, value]) => wellFormed(tagWord(name, value))),
    ...(foreign.note === undefined ? {} : { note: wellFormed(foreign.note) }),
    startedAt: instant(foreign.startedAt),
    source: {
      ...(branch === undefined ? {} : { branch }),
      ...(remote === undefined ? {} : { remote: withoutUser(wellFormed(remote)) }),
      subject: commit === undefined || isObjectId(commit) ? "" : `code ${wellFormed(commit)}`,
      packs: [],
    },
    inputs: {},
    host: {
      hostname: "",
      user: foreign.user ?? "",
      os: "",
      kernel: "",
      architecture: "",
      cpu: "",
      cores: 0,
      memoryBytes: 0,
      gpus: [],
    },
    limits: {},
    secrets: [],
    aero,
    imported,
  };
  return { start, version };
}

function importedRun(from: NamedTracker, foreign: ForeignRun): ImportedRun {
  return {
    tracker: from.use,
    location: from.tracker.location,
    id: foreign.id,
    ...(foreign.url === undefined ? {} : { url: foreign.url }),
    name: wellFormed(foreign.name),
    group: wellFormed(foreign.group),
    tags: foreign.tags,
    ...(foreign.image === undefined ? {} : { image: wellFormed(foreign.image) }),
    inputs: foreign.inputs.map(({ name, url, digest }) => ({
      name: wellFormed(name),
      ...(url === undefined ? {} : { url: withoutUser(wellFormed(url)) }),
      ...(digest === undefined ? {} : { digest }),
    })),
  };
}

/** Epoch milliseconds, also of a tracker that does not know. */
export function instant(at: number): number {
  return Number.isFinite(at) && at >= 0 ? at : 0;
}

function isObjectId(text: string | undefined): text is string {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** The tracker's group as the name of a stage: the runs of a group are of one kind. */
function stageName(group: string, use: string): string {
  const name = group.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll("..", ".").slice(0, 128)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  return isName(name) ? name : use;
}

/** Params as they are; one that no version can hold is its text. */
function paramsOf(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [wellFormed(name), paramValue(value)]),
  );
}

function paramValue(value: JsonValue): JsonValue {
  try {
    return parseParams({ value }).value!;
  } catch {
    return wellFormed(typeof value === "string" ? value : JSON.stringify(value) ?? String(value));
  }
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}
