import * as z from "zod";
import type { CallOptions, Connection } from "./connection.ts";
import { RESUME } from "./queries.ts";
import type { RunPath } from "./run_path.ts";
import { MARK, readProgress, readSummary, type SentRun } from "./sent_run.ts";

const resumeSchema = z.looseObject({
  model: z.looseObject({
    name: z.string(),
    entity: z.looseObject({ name: z.string() }).nullish(),
    bucket: z.looseObject({
      id: z.string(),
      config: z.string().nullish(),
      summaryMetrics: z.string().nullish(),
    }).nullish(),
  }).nullish(),
});

/** W&B's own in a summary; written anew with each request. */
const OWN = new Set([MARK, "_step", "_runtime", "_timestamp", "_wandb"]);

/** What the server has of a run; `undefined` for one whose beginning it has not, or that aero did not send. */
export async function loadRun(
  connection: Connection,
  path: RunPath,
  options: CallOptions,
): Promise<SentRun | undefined> {
  const { entity, project, run: name } = path;
  const { model } = await connection.ask(RESUME, { entity, project, name }, resumeSchema, options);
  const bucket = model?.bucket;
  if (bucket === null || bucket === undefined) return undefined;
  const summary = readSummary(bucket.summaryMetrics);
  const progress = readProgress(summary);
  if (progress === undefined) return undefined;
  return {
    path: { entity: model?.entity?.name ?? entity, project: model!.name, run: name },
    storageId: bucket.id,
    config: bucket.config ?? "{}",
    progress,
    summary: Object.fromEntries(Object.entries(summary).filter(([key]) => !OWN.has(key))),
  };
}
