import { UserError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import { isRunIdPrefix, type RunId } from "../model/run_id.ts";
import { nearest } from "../model/nearest.ts";
import type { RunSummary } from "./run_summary.ts";
import { shownTags } from "./run_values.ts";

/** Where the parts of a reference are looked up. All lists are newest first. */
export interface RunLookups {
  /** Runs whose id begins so. */
  byPrefix(prefix: string): readonly RunSummary[];
  /** Runs of this project, of one stage if it is given. */
  runs(stage?: string): readonly RunSummary[];
  /** Runs of this project whose version's id begins so; hex digits. */
  byVersion(hexPrefix: string): readonly RunSummary[];
  /** Runs of this project that had this commit. */
  byCommit(commit: string): readonly RunSummary[];
  /** The run that made what `name:v3`, `name@alias` or `name:<digest>` stands for; `undefined` if it was added by hand. */
  runOfArtifact(reference: string): Promise<RunId | undefined>;
  /** The commit that a tag, branch or id names; `undefined` if git knows none of that name. */
  commitNamed(name: string): Promise<string | undefined>;
  /** Names to offer when nothing fits: tags, branches. */
  names(): Promise<readonly string[]>;
  /** What was searched, `this project` or a storage, and what to do if the run is in another. */
  searched(): Promise<{ readonly place: string; readonly elsewhere: readonly string[] }>;
  /** Epoch milliseconds; for ages in messages. */
  readonly now: number;
}

/**
 * The run that a reference means: a run id or a unique prefix of one, `@last`, `@last-2`, `@last:<stage>`, an
 * artifact (`model:v3`: the run that made it), a git tag, branch or commit (its newest run), or 6 or more hex digits
 * of an experiment version (its newest run).
 *
 * @throws {UserError} `run_not_found`, `run_ambiguous` naming the candidates, and what the lookups throw.
 */
export async function resolveRun(reference: string, lookups: RunLookups): Promise<RunId> {
  const last = /^@last(?:-(\d{1,9}))?(?::(.+))?$/.exec(reference);
  if (last !== null) return await resolveLast(reference, Number(last[1] ?? 0), last[2], lookups);
  if (isRunIdPrefix(reference)) {
    const runs = lookups.byPrefix(reference);
    if (runs.length === 1) return runs[0]!.run;
    if (runs.length > 1) throw ambiguous(reference, runs, lookups.now);
  }
  if (/^[^:@]+[:@]/.test(reference) && !reference.startsWith("sha256:")) {
    return await resolveArtifact(reference, lookups);
  }
  return await resolveCommitOrVersion(reference, lookups) ?? await notFound(reference, lookups);
}

async function resolveLast(
  reference: string,
  back: number,
  stage: string | undefined,
  lookups: RunLookups,
): Promise<RunId> {
  const runs = lookups.runs(stage);
  const run = runs[back];
  if (run !== undefined) return run.run;
  const { place, elsewhere } = await lookups.searched();
  const of = stage === undefined ? place : `stage ${JSON.stringify(stage)}`;
  const begin = elsewhere.length === 0 ? ["make one: `aero run`"] : elsewhere;
  throw new UserError("run_not_found", {
    what: `Cannot find run ${JSON.stringify(reference)}`,
    why: runs.length === 0
      ? `${of} has no runs`
      : `${of} has ${runs.length} run${runs.length === 1 ? "" : "s"}`,
    fix: runs.length === 0 ? begin : ["list them: `aero list`"],
  });
}

async function resolveArtifact(reference: string, lookups: RunLookups): Promise<RunId> {
  const run = await lookups.runOfArtifact(reference);
  if (run !== undefined) return run;
  throw new UserError("run_not_found", {
    what: `Cannot find the run that made ${JSON.stringify(reference)}`,
    why: "it was added as data, and no run made it",
    fix: [`\`aero artifact show ${reference}\``],
  });
}

async function resolveCommitOrVersion(reference: string, lookups: RunLookups): Promise<RunId | undefined> {
  const hex = /^(?:sha256:)?([0-9a-f]{6,64})$/.exec(reference)?.[1];
  const ofVersion = hex === undefined ? [] : lookups.byVersion(hex);
  const versions = new Set<Digest>(ofVersion.map((run) => run.version));
  const commit = await lookups.commitNamed(reference);
  const ofCommit = commit === undefined ? [] : lookups.byCommit(commit);
  const meanings = versions.size + (ofCommit.length > 0 ? 1 : 0);
  if (meanings > 1) throw ambiguous(reference, [...ofVersion, ...ofCommit.slice(0, 1)], lookups.now);
  const found = ofCommit[0] ?? ofVersion[0];
  if (found !== undefined || commit === undefined) return found?.run;
  const { place, elsewhere } = await lookups.searched();
  throw new UserError("run_not_found", {
    what: `Cannot find a run of ${JSON.stringify(reference)}`,
    why: `commit ${commit.slice(0, 12)} has no runs in ${place}`,
    fix: ["list the runs: `aero list`", ...elsewhere],
  });
}

async function notFound(reference: string, lookups: RunLookups): Promise<never> {
  const tagged = lookups.runs().filter((run) => shownTags(run).includes(reference));
  if (tagged.length > 0) throw isTag(reference, tagged[0]!.run);
  const stages = [...new Set(lookups.runs().map(({ stage }) => stage))];
  const stage = nearest(reference, stages);
  const near = nearest(reference, ["@last", ...await lookups.names()]) ?? (stage && `@last:${stage}`);
  const isStage = lookups.runs(reference).length > 0;
  const { place, elsewhere } = await lookups.searched();
  throw new UserError("run_not_found", {
    what: `Cannot find run ${JSON.stringify(reference)}`,
    why: isStage
      ? "it is the name of a stage, and not of a run"
      : `no run id, artifact, tag, branch, commit or version in ${place} begins so or is named so`,
    fix: isStage ? [`name its newest run: \`@last:${reference}\``] : [
      ...(near === undefined ? [] : [`write \`${near}\``]),
      "list the runs: `aero list`",
      ...elsewhere,
    ],
  });
}

/** Tags are not names: any number of runs may have one. */
function isTag(tag: string, newest: RunId): UserError {
  const value = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(tag) ? tag : JSON.stringify(tag);
  return new UserError("run_not_found", {
    what: `Cannot find run ${JSON.stringify(tag)}`,
    why: "it is a tag that runs were given, and not the name of one",
    fix: [
      `see which have it: \`aero list --where 'tag = ${value}'\``,
      `name the newest of them: \`${newest}\``,
    ],
  });
}

function ambiguous(reference: string, runs: readonly RunSummary[], now: number): UserError {
  const different = runs.filter((run, i) => runs.findIndex((other) => other.run === run.run) === i);
  const shown = different.slice(0, 8).map((run) => {
    return `${run.run} (${run.stage}, ${run.state}, ${ageText(now - run.startedAt)})`;
  });
  const more = different.length > shown.length ? `, and ${different.length - shown.length} more` : "";
  return new UserError("run_ambiguous", {
    what: `Cannot tell which run ${JSON.stringify(reference)} means`,
    why: `it fits ${shown.join(", ")}${more}`,
    fix: ["write more of its id"],
  });
}

/** `3 days ago`, in the largest unit that fills once. */
function ageText(ms: number): string {
  const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;
  for (const [unit, length] of units) {
    const count = Math.floor(ms / length);
    if (count > 0) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}
