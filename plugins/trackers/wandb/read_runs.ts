import * as z from "zod";
import { type ForeignPoint, type ForeignRun, TrackerError } from "../../../core/plugin/tracker.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { runSchema, toForeignRun, type WandbRun } from "./foreign_run.ts";
import { readHistory } from "./history_scan.ts";
import { RUN, RUNS } from "./queries.ts";
import { pointsOfRow } from "./read_rows.ts";
import { noSuchRun } from "./run_files.ts";
import type { RunPath } from "./run_path.ts";

/** A run as the server has it and as aero reads it. */
export interface FoundRun {
  readonly raw: WandbRun;
  readonly foreign: ForeignRun;
}

const names = { name: z.string().nullish(), entityName: z.string().nullish() };
const oneSchema = z.looseObject({ project: z.looseObject({ ...names, run: runSchema.nullish() }).nullish() });
const pageSchema = z.looseObject({
  project: z.looseObject({
    ...names,
    runs: z.looseObject({
      edges: z.array(z.looseObject({ node: runSchema })),
      pageInfo: z.looseObject({ endCursor: z.string().nullish(), hasNextPage: z.boolean().nullish() }),
    }).nullish(),
  }).nullish(),
});

/** Finds a run. @throws {TrackerError} `tracked_run_not_found`. */
export async function findRun(
  connection: Connection,
  path: RunPath,
  web: string,
  options: CallOptions,
): Promise<FoundRun> {
  const variables = { project: path.project, entity: path.entity, name: path.run };
  const { project } = await connection.ask(RUN, variables, oneSchema, options);
  const raw = project?.run;
  if (raw === null || raw === undefined) throw noSuchRun(options.what, path);
  return { raw, foreign: readable(raw, path, web, options.what) };
}

/** Which project of a server. */
interface ListedProject {
  readonly entity: string;
  readonly project: string;
  readonly web: string;
  /** Whether it must be there. */
  readonly needed: boolean;
}

/**
 * Runs of a project, newest first.
 *
 * @throws {TrackerError} `tracked_group_not_found` if it must be there and is not.
 */
export async function* listRuns(
  connection: Connection,
  { entity, project, web, needed }: ListedProject,
  limit: number,
  options: CallOptions,
): AsyncGenerator<ForeignRun> {
  let left = limit;
  let cursor: string | undefined;
  do {
    if (left <= 0) return;
    const perPage = Math.min(50, left);
    const variables = { project, entity, cursor, perPage, order: "-created_at" };
    const answer = await connection.ask(RUNS, variables, pageSchema, options);
    if (needed && (answer.project === null || answer.project === undefined)) {
      throw new TrackerError("tracked_group_not_found", {
        what: options.what,
        why: `${entity} has no project ${JSON.stringify(project)}, or the key may not see it`,
        fix: [`see which there are: ${web}/${encodeURIComponent(entity)}`],
      });
    }
    const runs = answer.project?.runs;
    if (runs === null || runs === undefined) return;
    for (const { node } of runs.edges.slice(0, left)) {
      yield readable(node, { entity, project, run: node.name }, web, options.what);
    }
    left -= runs.edges.length;
    if (runs.edges.length === 0 && runs.pageInfo.hasNextPage === true) {
      throw new TrackerError("tracker_refused", {
        what: options.what,
        why: "the server sent a page with no run on it, and says that more follow",
      });
    }
    cursor = runs.pageInfo.hasNextPage === true ? runs.pageInfo.endCursor ?? undefined : undefined;
  } while (cursor !== undefined);
}

/** All metric values of a run. */
export async function* readPoints(
  connection: Connection,
  path: RunPath,
  web: string,
  options: CallOptions,
): AsyncGenerator<ForeignPoint> {
  const { raw, foreign } = await findRun(connection, path, web, options);
  for await (const row of readHistory(connection, path, raw, options)) {
    yield* pointsOfRow(row, foreign.aero !== undefined);
  }
}

function readable(raw: WandbRun, path: RunPath, web: string, what: string): ForeignRun {
  try {
    return toForeignRun(raw, path, web);
  } catch (cause) {
    throw new TrackerError("tracker_refused", { what, why: `the config of ${path.run} is not JSON` }, {
      cause,
    });
  }
}
