import * as z from "zod";
import { knownCommit } from "../../../core/model/named_tags.ts";
import type { TrackedStart } from "../../../core/plugin/tracker.ts";
import { useInput } from "./artifacts.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { metadataOf, programOf } from "./metadata.ts";
import { packageFiles } from "./package_files.ts";
import { UPSERT } from "./queries.ts";
import { writeConfig } from "./run_config.ts";
import { type NewFile, putFiles } from "./run_files.ts";
import type { RunPath } from "./run_path.ts";
import { cut, tagText } from "./run_tags.ts";
import type { SentRun } from "./sent_run.ts";

/** Name of the file that holds the version's document. */
export const DOCUMENT_FILE = "experiment-version.json";

const upsertedSchema = z.looseObject({
  upsertBucket: z.looseObject({
    bucket: z.looseObject({
      id: z.string(),
      name: z.string(),
      project: z.looseObject({ name: z.string(), entity: z.looseObject({ name: z.string() }) }),
    }),
  }),
});

/** A run as the server has it, and the files that its stream has to tell of. */
export interface BegunRun {
  readonly sent: SentRun;
  readonly uploaded: readonly string[];
}

/** Makes a run with all that is known at its beginning. Twice is the same as once: runs go by the name. */
export async function beginRun(
  connection: Connection,
  path: RunPath,
  started: TrackedStart,
  options: CallOptions,
): Promise<BegunRun> {
  const { start, version } = started;
  const config = writeConfig(started);
  const answer = await connection.ask(
    UPSERT,
    {
      name: path.run,
      project: path.project,
      entity: path.entity,
      displayName: cut(`${start.stage}-${start.run.slice(0, 8)}`, 128),
      // Stages of one command stand together, each under its kind of work.
      ...(start.group === start.run ? {} : { groupName: cut(start.group, 128) }),
      jobType: cut(start.stage, 64),
      notes: start.note,
      tags: tagsOf(start.tags),
      commit: knownCommit(version.code.commit),
      repo: start.source.remote,
      host: start.host.hostname,
      program: programOf(version.command).program,
      config,
    },
    upsertedSchema,
    options,
  );
  const { id, project } = answer.upsertBucket.bucket;
  const at: RunPath = { entity: project.entity.name, project: project.name, run: path.run };

  const bytes = (text: string) => new TextEncoder().encode(text);
  const files = [
    { name: DOCUMENT_FILE, bytes: bytes(started.versionDocument) },
    { name: "wandb-metadata.json", bytes: bytes(JSON.stringify(metadataOf(started), null, 2)) },
    ...packageFiles(started.packages).map(({ name, text }) => ({ name, bytes: bytes(text) })),
    await configFile(config),
  ];
  await putFiles(connection, at, files, options);
  for (const [name, input] of Object.entries(start.inputs)) {
    const { artifact, label, manifest } = input;
    const url = started.inputUrls?.[name];
    const pointer = {
      name: artifact,
      digest: manifest.digest,
      size: manifest.size,
      ...(label === undefined ? {} : { label }),
      ...(url === undefined ? {} : { url }),
    };
    await useInput(connection, at, pointer, name, options);
  }
  return {
    sent: {
      path: at,
      storageId: id,
      config,
      summary: {},
      progress: {
        cursor: { events: 0, stdout: 0, stderr: 0 },
        rows: 0,
        lines: 0,
        step: -1,
        startedAt: start.startedAt,
        at: start.startedAt,
        moved: false,
      },
    },
    uploaded: files.map(({ name }) => name),
  };
}

/** The file in which a run's config stands for people. */
export async function configFile(config: string): Promise<NewFile> {
  const { stringify } = await import("yaml");
  return { name: "config.yaml", bytes: new TextEncoder().encode(stringify(JSON.parse(config))) };
}

/** Each once, and of 1 to 64 characters; what is cut ends with an ellipsis. */
function tagsOf(tags: readonly string[]): string[] {
  return [...new Set(tags.filter((tag) => tag !== "").map(tagText))];
}
