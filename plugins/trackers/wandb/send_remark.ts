import * as z from "zod";
import type { TrackerRemark } from "../../../core/plugin/tracker.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { RUN_TAGS, UPSERT } from "./queries.ts";
import { noSuchRun } from "./run_files.ts";
import type { RunPath } from "./run_path.ts";
import { tagText } from "./run_tags.ts";

const tagsSchema = z.looseObject({
  project: z.looseObject({
    run: z.looseObject({ id: z.string(), tags: z.array(z.string()).nullish() }).nullish(),
  }).nullish(),
});

/** The server's own id of a run, and its tags as they are there: people change them on the run's page. */
export async function readTags(
  connection: Connection,
  path: RunPath,
  options: CallOptions,
): Promise<{ readonly id: string; readonly tags: readonly string[] } | undefined> {
  const { entity, project, run: name } = path;
  const answer = await connection.ask(RUN_TAGS, { entity, project, name }, tagsSchema, options);
  const run = answer.project?.run;
  return run === null || run === undefined ? undefined : { id: run.id, tags: run.tags ?? [] };
}

/**
 * Sends what people said of a run later.
 *
 * @throws {TrackerError} `tracked_run_not_found`.
 */
export async function sendRemark(
  connection: Connection,
  path: RunPath,
  { tagged, untagged, note }: TrackerRemark,
  options: CallOptions,
): Promise<void> {
  const known = await readTags(connection, path, options);
  if (known === undefined) throw noSuchRun(options.what, path);
  const gone = new Set(untagged.map(tagText));
  const tags = [...new Set([...known.tags.filter((tag) => !gone.has(tag)), ...tagged.map(tagText)])];
  const { entity, project, run: name } = path;
  await connection.ask(
    UPSERT,
    { id: known.id, entity, project, name, tags, notes: note },
    z.looseObject({}),
    options,
  );
}
