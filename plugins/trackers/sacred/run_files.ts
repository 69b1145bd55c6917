import type { ObjectId } from "mongodb";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { Collections, RunDocument } from "./documents.ts";
import { isVersionDocument } from "./foreign_run.ts";
import { readChunks } from "./grid_file.ts";
import { VERSION_FILE } from "./start_document.ts";

/** A file of a run, and where it lies. */
export interface StoredFile {
  readonly path: string;
  readonly id: ObjectId;
  readonly size?: number;
}

/** Artifacts, and source files under `sources/`. Of artifacts that share a name the last one counts. */
export async function filesOf({ files }: Collections, run: RunDocument): Promise<StoredFile[]> {
  const ids = new Map<string, ObjectId>();
  for (const { name, file_id: id } of run.artifacts ?? []) ids.set(name, id);
  for (const [name, id] of run.experiment?.sources ?? []) ids.set(`sources/${name}`, id);
  const known = await files.find({ _id: { $in: [...ids.values()] } }, { projection: { length: 1 } })
    .toArray();
  const sizes = new Map(known.map(({ _id, length }) => [_id.toHexString(), Number(length)]));
  return [...ids].map(([path, id]) => {
    const size = sizes.get(id.toHexString());
    return { path, id, ...(size === undefined ? {} : { size }) };
  });
}

/**
 * The version's document of a run that aero sent; `undefined` for others.
 *
 * @throws {TrackerError} `tracker_refused` if what is there is not what was sent.
 */
export async function readVersionDocument(at: Collections, run: RunDocument): Promise<string | undefined> {
  if (run.aero === undefined) return undefined;
  const { experiment_version: short, experiment_version_sha256: digest } = (run.info ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof short === "string" && isVersionDocument(short, digest)) return short;
  const file = run.artifacts?.find(({ name }) => name === VERSION_FILE);
  if (file !== undefined) {
    const text = await textOf(at, file.file_id);
    if (isVersionDocument(text, digest)) return text;
  }
  throw new TrackerError("tracker_refused", {
    what: `Cannot read the version of run ${run._id}`,
    why: "neither info.experiment_version nor the artifact is what was sent",
  });
}

async function textOf(at: Collections, id: ObjectId): Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for await (const bytes of readChunks(at, id)) text += decoder.decode(bytes, { stream: true });
  return text + decoder.decode();
}
