import * as z from "zod";
import { isJsonObject, type JsonObject } from "../../../core/model/json.ts";
import type { ForeignRun } from "../../../core/plugin/tracker.ts";
import { parseLoose } from "./loose_json.ts";
import { aeroOf, readConfig } from "./run_config.ts";
import { type RunPath, toRunId } from "./run_path.ts";
import { readProgress, readSummary } from "./sent_run.ts";

/** A run as the queries ask for it. */
export const runSchema = z.looseObject({
  name: z.string(),
  displayName: z.string().nullish(),
  state: z.string().nullish(),
  commit: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  notes: z.string().nullish(),
  config: z.string().nullish(),
  summaryMetrics: z.string().nullish(),
  createdAt: z.string().nullish(),
  heartbeatAt: z.string().nullish(),
  historyLineCount: z.number().nullish(),
  historyKeys: z.union([z.string(), z.looseObject({ lastStep: z.number().nullish() })]).nullish(),
  user: z.looseObject({ username: z.string().nullish() }).nullish(),
  inputArtifacts: z.looseObject({
    edges: z.array(z.looseObject({
      node: z.looseObject({
        digest: z.string().nullish(),
        metadata: z.string().nullish(),
        versionIndex: z.number().nullish(),
        artifactSequence: z.looseObject({ name: z.string() }).nullish(),
      }),
    })),
  }).nullish(),
});

/** What {@link runSchema} reads. */
export type WandbRun = z.infer<typeof runSchema>;

/** W&B's states; it has fewer ends than aero, so that aero's own is kept beside. */
const STATES: Readonly<Record<string, ForeignRun["state"]>> = {
  finished: "succeeded",
  failed: "failed",
  crashed: "lost",
  preempted: "lost",
  killed: "aborted",
};

/** A run as aero's contract has it. @throws {SyntaxError} if its config is not JSON. */
export function toForeignRun(run: WandbRun, path: RunPath, web: string): ForeignRun {
  const { params, own, environment } = readConfig(run.config);
  const aero = aeroOf(own);
  const progress = aero === undefined ? undefined : readProgress(readSummary(run.summaryMetrics));
  const state = progress?.ended?.state ?? STATES[run.state ?? ""] ?? "running";
  const endedAt = progress?.ended?.at ?? (state === "running" ? NaN : instant(run.heartbeatAt));
  const source = sourceOf(run, own, environment);
  const image = textIn(own, "image") ?? textIn(environment, "docker");
  return {
    id: toRunId(path),
    url: `${web}/${[path.entity, path.project, "runs", path.run].map(encodeURIComponent).join("/")}`,
    name: run.displayName ?? run.name,
    group: path.project,
    state,
    startedAt: progress?.startedAt ?? (instant(run.createdAt) || 0),
    ...(Number.isNaN(endedAt) ? {} : { endedAt }),
    ...optional("user", textIn(environment, "username") ?? run.user?.username ?? undefined),
    params,
    tags: Object.fromEntries((run.tags ?? []).map((tag) => [tag, true])),
    ...optional("note", run.notes === "" ? undefined : run.notes ?? undefined),
    ...(Object.keys(source).length === 0 ? {} : { source }),
    ...optional("image", image),
    inputs: (run.inputArtifacts?.edges ?? []).map(({ node }) => inputOf(node)),
    ...(aero === undefined ? {} : { aero }),
  };
}

type InputNode = NonNullable<WandbRun["inputArtifacts"]>["edges"][number]["node"];

/** aero's own are named as aero names them; others by collection and version. */
function inputOf(node: InputNode): ForeignRun["inputs"][number] {
  const pointer = pointerIn(node.metadata);
  const name = textIn(pointer, "name");
  if (name !== undefined) {
    return {
      name,
      ...optional("digest", textIn(pointer, "digest")),
      ...optional("url", textIn(pointer, "url")),
    };
  }
  const version = typeof node.versionIndex === "number" ? `:v${node.versionIndex}` : "";
  return {
    name: `${node.artifactSequence?.name ?? ""}${version}`,
    ...optional("digest", node.digest ?? undefined),
  };
}

function pointerIn(metadata: string | null | undefined): JsonObject | undefined {
  if (metadata === null || metadata === undefined) return undefined;
  try {
    const read = parseLoose(metadata) as JsonObject | null;
    return isJsonObject(read) && isJsonObject(read.aero) ? read.aero : undefined;
  } catch {
    return undefined;
  }
}

function sourceOf(
  run: WandbRun,
  own: JsonObject | undefined,
  environment: JsonObject | undefined,
): NonNullable<ForeignRun["source"]> {
  const git = isJsonObject(environment?.git) ? environment.git : undefined;
  return {
    ...optional("commit", run.commit ?? textIn(git, "commit")),
    ...optional("remote", textIn(git, "remote")),
    ...optional("branch", textIn(own, "branch")),
  };
}

function textIn(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === "string" ? value : undefined;
}

function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [key in Name]?: string } {
  return value === undefined ? {} : { [name]: value } as { readonly [key in Name]: string };
}

/** Servers give times with and without a zone; those without are UTC. */
function instant(time: string | null | undefined): number {
  if (time === null || time === undefined) return NaN;
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
}
