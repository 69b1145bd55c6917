import type { Descriptor } from "../model/descriptor.ts";
import type { CodeIdentity, ExperimentVersion } from "../model/experiment_version.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import { NOTHING_LOGGED, type RunLogged } from "../model/logged.ts";
import { loggedName } from "../model/logged_name.ts";
import type { Manifest } from "../model/manifest.ts";
import type { MetricValue } from "../model/metric.ts";
import { paramAt } from "../model/params.ts";
import type { RunRecord, RunStart } from "../model/run.ts";
import { type MetricChange, metricChanges } from "./metric_change.ts";
import { diffManifests, type FileChange } from "./manifest_diff.ts";
import { diffValues, type ValueChange } from "./value_change.ts";

/** A run to compare; one that goes on has no outputs yet. */
export interface ComparedRun {
  readonly start: RunStart;
  readonly version: ExperimentVersion;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly outputs: RunRecord["outputs"];
  /** What its program logged beside metrics. */
  readonly logged?: RunLogged;
}

/** What a comparison must look up. */
export interface ComparisonReaders {
  /** Paths that differ; `undefined` if a commit cannot be read any more. */
  codeChanges(a: CodeIdentity, b: CodeIdentity): Promise<readonly PathChange[] | undefined>;
  /** Version by name of all packages in a run's image; `undefined` if it has no inventory. */
  packages(start: RunStart): Promise<Readonly<Record<string, string>> | undefined>;
  /** `undefined` if its bytes are gone. */
  manifest(descriptor: Descriptor): Promise<Manifest | undefined>;
}

/** A path that differs. */
export interface PathChange {
  readonly path: string;
  readonly change: "added" | "removed" | "modified";
}

/** Code of two runs. */
export interface CodeComparison {
  readonly commits: readonly [string, string];
  /** Empty if both commits have the same files; absent if one cannot be read. */
  readonly files?: readonly PathChange[];
}

/** Images of two runs; a digest is absent on the host. */
export interface ImageComparison {
  readonly images: readonly [string | undefined, string | undefined];
  /** Absent if one image has no inventory. */
  readonly packages?: readonly ValueChange[];
}

/** An artifact that two runs read or wrote under one name; absent on the side that has none. */
export interface ArtifactComparison {
  readonly name: string;
  readonly a?: { readonly artifact: string; readonly label?: string; readonly manifest: Descriptor };
  readonly b?: { readonly artifact: string; readonly label?: string; readonly manifest: Descriptor };
  /** Absent if one side has none, or its manifest is gone. */
  readonly files?: readonly FileChange[];
}

/** What differs between two runs; what is equal is left out, so that equal runs give empty lists. */
export interface Comparison {
  readonly runs: readonly [string, string];
  /** Whether both ran the same experiment version. */
  readonly sameVersion: boolean;
  readonly code?: CodeComparison;
  readonly image?: ImageComparison;
  readonly inputs: readonly ArtifactComparison[];
  readonly params: readonly ValueChange[];
  /** What the programs said beside metrics and beyond the params of the versions: `params.lr`, `tags.owner`, … */
  readonly logged: readonly ValueChange[];
  /** Both commands, if they differ. */
  readonly command?: readonly [readonly string[], readonly string[]];
  /** Kind, platform, network, variables and engine flags. */
  readonly environment: readonly ValueChange[];
  readonly host: readonly ValueChange[];
  readonly metrics: readonly MetricChange[];
  readonly outputs: readonly ArtifactComparison[];
}

/** Compares two runs; `a` is the one before. Nothing is read for what is equal by its digest. */
export async function compareRuns(
  a: ComparedRun,
  b: ComparedRun,
  readers: ComparisonReaders,
): Promise<Comparison> {
  const [code, image, inputs, outputs] = await Promise.all([
    compareCode(a, b, readers),
    compareImages(a, b, readers),
    compareArtifacts(a.start.inputs, b.start.inputs, readers),
    compareArtifacts(a.outputs, b.outputs, readers),
  ]);
  const commands = [a.version.command, b.version.command] as const;
  return {
    runs: [a.start.run, b.start.run],
    sameVersion: a.start.version === b.start.version,
    ...(code === undefined ? {} : { code }),
    ...(image === undefined ? {} : { image }),
    inputs,
    params: diffValues(a.version.params, b.version.params),
    logged: diffValues(loggedBeside(a), loggedBeside(b)),
    ...(JSON.stringify(commands[0]) === JSON.stringify(commands[1]) ? {} : { command: commands }),
    environment: diffValues(environmentFacts(a), environmentFacts(b)),
    host: diffValues(json(a.start.host), json(b.start.host)),
    metrics: metricChanges(a.metrics, b.metrics),
    outputs,
  };
}

/** What a program logged, less what its version says too. */
function loggedBeside({ version, logged = NOTHING_LOGGED }: ComparedRun): JsonObject {
  const { tags, note, inputs } = logged;
  const said = Object.entries(logged.params).filter(([name, value]) =>
    loggedName(name, value, (at) => paramAt(version.params, at)) !== undefined
  );
  const read = Map.groupBy(inputs, ({ name }) => name);
  return {
    params: Object.fromEntries(said),
    tags,
    ...(note === undefined ? {} : { note }),
    inputs: Object.fromEntries(
      [...read].map((
        [name, of],
      ) => [name, of.map(({ url, digest }) => `${url ?? ""} ${digest ?? ""}`.trim())]),
    ),
  };
}

async function compareCode(
  a: ComparedRun,
  b: ComparedRun,
  readers: ComparisonReaders,
): Promise<CodeComparison | undefined> {
  const [before, after] = [a.version.code, b.version.code];
  if (before.commit === after.commit) return undefined;
  const files = before.tree === after.tree ? [] : await readers.codeChanges(before, after);
  return { commits: [before.commit, after.commit], ...(files === undefined ? {} : { files }) };
}

async function compareImages(
  a: ComparedRun,
  b: ComparedRun,
  readers: ComparisonReaders,
): Promise<ImageComparison | undefined> {
  const images = [imageOf(a), imageOf(b)] as const;
  if (images[0] === images[1]) return undefined;
  if (images[0] === undefined || images[1] === undefined) return { images };
  const [before, after] = await Promise.all([readers.packages(a.start), readers.packages(b.start)]);
  return { images, ...(before && after ? { packages: diffValues(before, after) } : {}) };
}

async function compareArtifacts(
  a: Readonly<Record<string, NonNullable<ArtifactComparison["a"]>>>,
  b: Readonly<Record<string, NonNullable<ArtifactComparison["b"]>>>,
  readers: ComparisonReaders,
): Promise<ArtifactComparison[]> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const compared = names.map(async (name): Promise<ArtifactComparison | undefined> => {
    const [before, after] = [a[name], b[name]];
    if (before?.manifest.digest === after?.manifest.digest) return undefined;
    if (before === undefined) return { name, b: after! };
    if (after === undefined) return { name, a: before };
    const [x, y] = await Promise.all([readers.manifest(before.manifest), readers.manifest(after.manifest)]);
    return { name, a: before, b: after, ...(x && y ? { files: diffManifests(x, y) } : {}) };
  });
  return (await Promise.all(compared)).filter((comparison) => comparison !== undefined);
}

/** The environment without its image, which is compared by its packages. */
function environmentFacts({ version }: ComparedRun): Record<string, JsonValue> {
  const { image: _image, ...facts } = json(version.environment) as Record<string, JsonValue>;
  return facts;
}

function imageOf({ version }: ComparedRun): string | undefined {
  return version.environment.kind === "container" ? version.environment.image : undefined;
}

/** Domain types are JSON, but an interface without an index signature is not assignable to a JSON object. */
function json(value: object): Readonly<Record<string, JsonValue>> {
  return value as Readonly<Record<string, JsonValue>>;
}
