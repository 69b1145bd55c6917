import type { App } from "../app.ts";
import type { Candidate } from "../cli/complete.ts";
import type { CompletionKind } from "../cli/flags.ts";
import { formatAgo } from "../cli/human.ts";
import { paramNames } from "../config/override.ts";
import type { ArtifactSummary } from "../history/run_summary.ts";

// More than fit a screen help nobody.
const MOST_RUNS = 30;

/**
 * Names in the project that a shell may offer; none for a kind that the project cannot tell quickly. The config and
 * the index are asked, and never the storage or an engine.
 *
 * @throws {AeroError} if the project cannot be read; completion then offers nothing.
 */
export async function completionValues(
  kind: CompletionKind,
  current: string,
  app: App,
): Promise<readonly Candidate[]> {
  switch (kind) {
    case "stage":
      return await stages(app);
    case "stage_or_param":
      return [...await stages(app), ...await params(app)];
    case "artifact":
      return current.includes(":") ? await versions(app) : await artifacts(app);
    case "run":
      return await runs(app);
    case "param":
      return await params(app);
    default:
      return [];
  }
}

async function stages(app: App): Promise<Candidate[]> {
  const { project } = await app.config();
  return Object.keys(project.stages).map((value) => ({ value }));
}

async function params(app: App): Promise<Candidate[]> {
  const { project } = await app.config();
  return paramNames(project.params).map((name) => ({ value: `${name}=` }));
}

/** Versions that past runs read or wrote, newest first; others are known to the storage only. */
async function versions(app: App): Promise<Candidate[]> {
  const found = new Map<string, Candidate>();
  for (const run of (await app.bareIndex()).query({})) {
    const note = (how: string, { artifact, label }: ArtifactSummary) => {
      const value = `${artifact}:${label}`;
      if (label !== undefined && !found.has(value)) found.set(value, { value, about: `${how} ${run.run}` });
    };
    for (const output of Object.values(run.outputs)) note("made by", output);
    for (const input of Object.values(run.inputs)) note("read by", input);
  }
  return [...found.values()];
}

/** Those that stages name, and those that past runs read or wrote. */
async function artifacts(app: App): Promise<Candidate[]> {
  const names = new Set<string>();
  const { root } = await app.place();
  if (root !== undefined) {
    const { project } = await app.config();
    for (const stage of Object.values(project.stages)) {
      for (const name of [...stage.outputs, ...Object.values(stage.inputs)]) names.add(name);
    }
  }
  for (const run of (await app.bareIndex()).query({ limit: MOST_RUNS })) {
    for (const { artifact } of [...Object.values(run.inputs), ...Object.values(run.outputs)]) {
      names.add(artifact);
    }
  }
  return [...names].sort().map((value) => ({ value }));
}

/** The newest runs, and the word for the last one. */
async function runs(app: App): Promise<Candidate[]> {
  const now = app.io.now().getTime();
  const newest = (await app.bareIndex()).query({ limit: MOST_RUNS });
  const last = newest.length === 0 ? [] : [{ value: "@last", about: "the newest run" }];
  return [
    ...last,
    ...newest.map(({ run, stage, state, startedAt }) => ({
      value: run,
      about: `${stage} ${state} ${formatAgo(startedAt, now)}`,
    })),
  ];
}
