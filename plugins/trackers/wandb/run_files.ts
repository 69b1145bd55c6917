import * as z from "zod";
import { type ForeignFile, TrackerError } from "../../../core/plugin/tracker.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { CREATE_FILES, FILES } from "./queries.ts";
import type { RunPath } from "./run_path.ts";
import { toRunId } from "./run_path.ts";

/** Bytes of a file of a run. */
export interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const createdSchema = z.looseObject({
  createRunFiles: z.looseObject({
    uploadHeaders: z.array(z.string()).nullish(),
    files: z.array(z.looseObject({ name: z.string(), uploadUrl: z.string().nullable() })),
  }),
});

/** Puts files of a run. They count when the run's stream says that they were uploaded. */
export async function putFiles(
  connection: Connection,
  { entity, project, run }: RunPath,
  files: readonly NewFile[],
  options: CallOptions,
): Promise<void> {
  const names = files.map(({ name }) => name);
  const { createRunFiles: created } = await connection.ask(
    CREATE_FILES,
    { entity, project, run, files: names },
    createdSchema,
    options,
  );
  for (const { name, bytes } of files) {
    const url = created.files.find((file) => file.name === name)?.uploadUrl;
    if (typeof url !== "string") {
      throw new TrackerError("tracker_refused", {
        what: options.what,
        why: `${connection.host} gave no address for the file ${name}`,
      });
    }
    await connection.put(url, created.uploadHeaders ?? [], bytes, options);
  }
}

const pageSchema = z.looseObject({
  project: z.looseObject({
    run: z.looseObject({
      files: z.looseObject({
        edges: z.array(z.looseObject({
          node: z.looseObject({
            name: z.string(),
            directUrl: z.string().nullish(),
            sizeBytes: z.union([z.number(), z.string()]).nullish(),
          }),
        })),
        pageInfo: z.looseObject({ endCursor: z.string().nullish(), hasNextPage: z.boolean().nullish() }),
      }),
    }).nullish(),
  }).nullish(),
});

/** A file, and where its bytes are. */
export interface ListedFile extends ForeignFile {
  readonly url: string | undefined;
}

/** Files of a run. @param pattern As SQL's LIKE has it; default: all. @throws {TrackerError} `tracked_run_not_found`. */
export async function* listFiles(
  connection: Connection,
  path: RunPath,
  options: CallOptions,
  pattern?: string,
): AsyncGenerator<ListedFile> {
  const { entity, project, run: name } = path;
  let cursor: string | undefined;
  do {
    const answer = await connection.ask(
      FILES,
      { entity, project, name, pattern, cursor },
      pageSchema,
      options,
    );
    const files = answer.project?.run?.files;
    if (files === undefined) throw noSuchRun(options.what, path);
    for (const { node } of files.edges) {
      const size = node.sizeBytes === null || node.sizeBytes === undefined ? NaN : Number(node.sizeBytes);
      yield { path: node.name, url: node.directUrl ?? undefined, ...(Number.isFinite(size) ? { size } : {}) };
    }
    cursor = files.pageInfo.hasNextPage === true ? files.pageInfo.endCursor ?? undefined : undefined;
  } while (cursor !== undefined);
}

/** The bytes of a file of a run; `undefined` if there is none of that name. */
export async function openFile(
  connection: Connection,
  path: RunPath,
  name: string,
  options: CallOptions,
): Promise<Response | undefined> {
  // Each letter that has a meaning in the pattern stands for any one.
  for await (const file of listFiles(connection, path, options, name.replaceAll(/[%_\\]/g, "_"))) {
    if (file.path === name && file.url !== undefined) return await connection.get(file.url, options);
  }
  return undefined;
}

/** The error for a run that is not there. */
export function noSuchRun(what: string, path: RunPath): TrackerError {
  return new TrackerError("tracked_run_not_found", { what, why: `W&B has no run ${toRunId(path)}` });
}
