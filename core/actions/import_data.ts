import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { DataOrigin, ImportedFile, ImportRecord } from "../model/import.ts";
import { filesOf } from "../model/manifest.ts";
import type { Project } from "../pipeline/project.ts";
import type { DataSource } from "../plugin/data_source.ts";
import {
  digestInPlace,
  download,
  entriesOf,
  importedFile,
  isUnchanged,
  type ListedFile,
  listSource,
} from "../store/import_tree.ts";
import { putImport } from "../store/imports.ts";
import { stagingName } from "../store/staging.ts";
import { addTree, putManifest } from "../store/tree.ts";
import { refuseOutputs, saidOf, type SaidOfData, sayAgain, type StoredData } from "./store_data.ts";

/** What to import. */
export interface ImportRequest extends SaidOfData {
  /** Name of the artifact. */
  readonly name: string;
  readonly origin: DataOrigin;
  /** Whether the bytes come to the storage even if they could stay. */
  readonly copy: boolean;
  /** The newest import of the same place; spares reading, and tells whether anything changed. */
  readonly before?: ImportRecord;
}

/** Data that was imported, or would be. */
export interface ImportedData extends StoredData {
  /** Whether the bytes stay at their source. */
  readonly inPlace: boolean;
}

/**
 * Makes what lies at an address a version of an artifact: in place where the source keeps versions, by copy elsewhere.
 *
 * @returns `undefined` if the source says that nothing changed since `request.before`.
 * @throws {UserError} `source_unversioned` if the source could keep versions and does not; `artifact_empty`,
 * `artifact_made_by_stage`, `path_unsafe`; {DataSourceError}.
 */
export async function importData(app: App, request: ImportRequest): Promise<ImportedData | undefined> {
  const project = await app.openProject();
  refuseOutputs(project.config, request.name);
  const source = await project.openSource(request.origin);
  const inPlace = !request.copy && source.keepsVersions;
  if (!request.copy && source.whyNoVersions !== undefined) {
    throw unversioned(request.origin, source.whyNoVersions);
  }
  const { before } = request;
  const files = await listSource(source, { signal: app.signal });
  if (files.length === 0) throw nothingThere(request.origin);
  if (before?.inPlace === inPlace && isUnchanged(files, before.files)) return undefined;
  using progress = app.printer.progress({ label: `Importing ${request.name}`, unit: "bytes" });
  if (files.every(({ size }) => size !== undefined)) {
    progress.setTotal(files.reduce((sum, { size }) => sum + size!, 0));
  }
  let seen = 0;
  const options = {
    signal: app.signal,
    onProgress: (bytes: number) => {
      progress.add(bytes - seen);
      seen = bytes;
    },
  };
  const { manifest, imported, warnings } = inPlace
    ? await leaveInPlace(project, await digestInPlace(source, files, before?.files ?? [], options))
    : await copy(project, source, files, options);
  const { services, config } = project;
  const origin: DataOrigin = { url: request.origin.url, options: source.options };
  const record = await putImport(services.store, {
    schema: "aero/import@1",
    manifest: manifest.digest,
    origin,
    inPlace,
    files: imported,
  }, options);
  const host = await services.describeHost();
  const stored = await services.catalog.addVersion({
    project: config.project,
    name: request.name,
    manifest,
    files: imported.length,
    bytes: imported.reduce((sum, { size }) => sum + size, 0),
    origin: { kind: "imported", by: host.user, host: host.hostname, url: origin.url, record },
    ...saidOf(request),
    createdAt: services.now(),
  }, { reuse: "newest" });
  if (!stored.added) await sayAgain(services, stored.label, request);
  return { ...stored, inPlace, warnings };
}

interface Read {
  readonly manifest: Descriptor;
  readonly imported: readonly ImportedFile[];
  readonly warnings: readonly string[];
}

async function leaveInPlace(project: Project, imported: readonly ImportedFile[]): Promise<Read> {
  const manifest = await putManifest(project.services.store, { entries: entriesOf(imported) });
  return { manifest, imported, warnings: [] };
}

async function copy(
  project: Project,
  source: DataSource,
  files: readonly ListedFile[],
  options: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void },
): Promise<Read> {
  const directory = `${project.cacheDirectory}/scratch/${stagingName()}`;
  await Deno.mkdir(directory, { recursive: true });
  try {
    await download(source, files, directory, options);
    const { manifest, content, warnings } = await addTree(project.services.store, directory, {
      signal: options.signal,
    });
    const stored = filesOf(content);
    if (stored.length !== files.length) {
      throw new TypeError("The files that were fetched are not those that were listed");
    }
    return {
      manifest,
      imported: stored.map((file, i) => importedFile(files[i]!, file.digest, file.size)),
      warnings,
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function unversioned({ url }: DataOrigin, why: string): UserError {
  return new UserError("source_unversioned", {
    what: `Cannot import ${url} in place`,
    why: `${why}, so a rerun could not be sure to get the same bytes`,
    fix: ["copy it into the storage: `--copy`", "turn versioning on there, and import again"],
  });
}

function nothingThere({ url }: DataOrigin): UserError {
  return new UserError("artifact_empty", { what: `Cannot import ${url}`, why: "there is no file" });
}
