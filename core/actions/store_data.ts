import type { App } from "../app.ts";
import { FileStamps } from "../cache/file_stamps.ts";
import type { ProjectConfig } from "../config/project_config.ts";
import { UserError } from "../errors.ts";
import type { JsonObject } from "../model/json.ts";
import type { KnownVersion } from "../model/lineage.ts";
import type { Project } from "../pipeline/project.ts";
import { addTree } from "../store/tree.ts";
import { annotateLabel } from "./annotate_version.ts";
import { storing } from "./storing.ts";

/** A version that a file or directory became, or was already. */
export interface StoredData {
  readonly label: KnownVersion;
  readonly added: boolean;
  readonly warnings: readonly string[];
}

/** What a person says of a version that is stored. */
export interface SaidOfData {
  readonly message?: string;
  /** Not empty. */
  readonly metadata?: JsonObject;
}

/**
 * Stores a file or directory as a version of an artifact of the project, with progress.
 *
 * @param path Absolute.
 * @throws {UserError} `artifact_made_by_stage`, `artifact_empty`, `path_holds_project`, and those of {@link addTree};
 * {StorageError} `denied`, `full`.
 */
export async function storeData(
  app: App,
  path: string,
  options: { readonly name: string } & SaidOfData,
): Promise<StoredData> {
  const root = await app.requireRoot();
  const project = await app.openProject();
  refuseOutputs(project.config, options.name);
  refuseOwnFiles(path, root);
  const what = `Cannot add ${JSON.stringify(path)} as the artifact "${options.name}"`;
  return await storing(what, () => addData(app, project, path, options));
}

async function addData(
  app: App,
  project: Project,
  path: string,
  options: { readonly name: string } & SaidOfData,
): Promise<StoredData> {
  const { services, config } = project;
  using progress = app.printer.progress({ label: `Adding ${options.name}`, unit: "bytes" });
  const statIndex = new FileStamps(project.cacheDirectory);
  let seen = 0;
  let newest: KnownVersion | undefined;
  const tree = await addTree(services.store, path, {
    signal: app.signal,
    statIndex,
    isNamed: async (manifest) => {
      // While something waits here, what it names may not be in the storage yet.
      if (services.store.outbox?.isHolding) return false;
      const labels = await services.catalog.labels(config.project, options.name);
      newest = labels.at(-1);
      return !services.store.isAway && newest?.manifest.digest === manifest;
    },
    onTotal: (bytes) => progress.setTotal(bytes),
    onProgress: (bytes) => {
      progress.add(bytes - seen);
      seen = bytes;
    },
  });
  if (tree.content.entries.length === 0) {
    throw new UserError("artifact_empty", {
      what: `Cannot add ${JSON.stringify(path)} as the artifact "${options.name}"`,
      why: "there is no file in it",
    });
  }
  if (newest !== undefined && newest.manifest.digest === tree.manifest.digest) {
    await sayAgain(services, newest, options);
    return { label: newest, added: false, warnings: tree.warnings };
  }
  const host = await services.describeHost();
  const { label, added } = await services.catalog.addVersion({
    project: config.project,
    name: options.name,
    manifest: tree.manifest,
    files: tree.files,
    bytes: tree.bytes,
    origin: { kind: "added", by: host.user, host: host.hostname, path },
    ...saidOf(options),
    createdAt: services.now(),
  }, { reuse: "newest" });
  if (!added) await sayAgain(services, label, options);
  return { label, added, warnings: tree.warnings };
}

/** The fields of a new version that say what it is. */
export function saidOf({ message, metadata }: SaidOfData): SaidOfData {
  return {
    ...(message === undefined ? {} : { message }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Says of a version that was there already what it would have been stored with. */
export async function sayAgain(
  services: Project["services"],
  label: KnownVersion,
  { message, metadata }: SaidOfData,
): Promise<void> {
  if (label.number === undefined || (message === undefined && metadata === undefined)) return;
  await annotateLabel(services, label, {
    ...(message === undefined || message === label.message ? {} : { note: message }),
    ...(metadata === undefined ? {} : { metadata }),
  });
}

/**
 * What a stage makes has the runs behind it; data of the same name would hide them.
 *
 * @throws {UserError} `artifact_made_by_stage`.
 */
export function refuseOutputs(config: ProjectConfig, name: string): void {
  const maker = Object.entries(config.stages).find(([, stage]) => stage.outputs.includes(name));
  if (maker === undefined) return;
  throw new UserError("artifact_made_by_stage", {
    what: `Cannot add data as the artifact "${name}"`,
    why: `the stage "${maker[0]}" makes it`,
    fix: ["give the data another name: `--name`"],
  });
}

/** A directory that has the project in it would have aero's own state in it too, and change with every run. */
function refuseOwnFiles(path: string, root: string): void {
  // The root of the file system ends with a slash of its own.
  if (!`${root}/`.startsWith(path.endsWith("/") ? path : `${path}/`)) return;
  throw new UserError("path_holds_project", {
    what: `Cannot add ${JSON.stringify(path)} as data`,
    why: "the project itself is in it, with aero's own files",
    fix: ["add the directory of the data: `aero data add data --name NAME`"],
  });
}
