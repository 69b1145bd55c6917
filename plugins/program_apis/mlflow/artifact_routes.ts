import type { JsonObject } from "../../../core/model/json.ts";
import { isSafePath } from "../../../core/model/safe_path.ts";
import type { ArtifactFiles, ListedFile } from "./artifact_files.ts";
import type { Folder } from "./folders.ts";
import { invalid } from "./refusal.ts";
import type { Routes } from "./serving.ts";

/** What lies in the folder of a run, by the tracking part of the API. Files come and go by another, by path. */
export const ARTIFACT_ROUTES: Routes = {
  "GET artifacts/list": async ({ book, files }, message) => {
    const run = book.run(message.text("run_id") || message.wantedText("run_uuid"));
    return {
      root_uri: run.artifactUri,
      files: await listFolder(files, run.folder, message.text("path") ?? ""),
    };
  },
};

/**
 * What lies in `path` of a folder, by whole paths in it.
 *
 * @param path Empty for the folder itself.
 * @throws {Refusal} if it leads out of it.
 */
export async function listFolder(
  files: ArtifactFiles,
  folder: Folder,
  path: string,
): Promise<readonly JsonObject[]> {
  if (path !== "" && !isSafePath(path)) throw invalid(`Invalid path: it is not inside the artifacts`);
  const roots = path === "" ? folder.roots() : undefined;
  const found = roots === undefined ? await listBelow(files, folder, path) : await listRoots(files, roots);
  return found.map(({ name, isDirectory, size }) => ({
    path: path === "" ? name : `${path}/${name}`,
    is_dir: isDirectory,
    ...(isDirectory ? {} : { file_size: size }),
  }));
}

async function listBelow(files: ArtifactFiles, folder: Folder, path: string): Promise<readonly ListedFile[]> {
  const place = path === "" ? folder.place : folder.find(path);
  return place === undefined ? [] : await files.list(place);
}

async function listRoots(
  files: ArtifactFiles,
  roots: ReadonlyMap<string, string>,
): Promise<readonly ListedFile[]> {
  const listed: ListedFile[] = [];
  for (const [name, place] of roots) {
    const found = await files.stat(place);
    if (found !== undefined) listed.push({ ...found, name });
  }
  return listed.sort((a, b) => a.name < b.name ? -1 : 1);
}
