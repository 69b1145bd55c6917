import type { App } from "../app.ts";
import type { Candidate } from "../cli/complete.ts";
import type { CompletionKind } from "../cli/flags.ts";
import { formatAgo } from "../cli/human.ts";
import { paramNames } from "../config/override.ts";

// More than fit a screen help nobody.
const MOST_RUNS = 30;

/**
 * Names in the project that a shell may offer; none for a kind that the project cannot tell quickly. The config and
 * the index are asked, and never the storage or an engine.
 *
 * @throws {AeroError} if the project cannot be read; completion then offers nothing.
 */
export async function completionValues(kind: CompletionKind, app: App): Promise<readonly Candidate[]> {
  switch (kind) {
    case "stage": {
      const { project } = await app.config();
      return Object.keys(project.stages).map((value) => ({ value }));
    }
    case "artifact":
      return await artifacts(app);
    case "run":
      return await runs(app);
    case "param": {
      const { project } = await app.config();
      return paramNames(project.params).map((name) => ({ value: `${name}=` }));
    }
    default:
      return [];
  }
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
