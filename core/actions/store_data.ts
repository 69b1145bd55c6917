import type { App } from "../app.ts";
import { FileStamps } from "../cache/file_stamps.ts";
import type { ArtifactLabel } from "../model/lineage.ts";
import { addTree } from "../store/tree.ts";

/** A version that a file or directory became, or was already. */
export interface StoredData {
  readonly label: ArtifactLabel;
  readonly added: boolean;
  readonly warnings: readonly string[];
}

/**
 * Stores a file or directory as a version of an artifact of the project, with progress.
 *
 * @param path Absolute.
 */
export async function storeData(
  app: App,
  path: string,
  options: { readonly name: string; readonly message?: string },
): Promise<StoredData> {
  const project = await app.openProject();
  const { services, config } = project;
  using progress = app.printer.progress({ label: `Adding ${options.name}`, unit: "bytes" });
  using statIndex = FileStamps.open(`${project.cacheDirectory}/stat.db`);
  let seen = 0;
  const tree = await addTree(services.store, path, {
    signal: app.signal,
    statIndex,
    onTotal: (bytes) => progress.setTotal(bytes),
    onProgress: (bytes) => {
      progress.add(bytes - seen);
      seen = bytes;
    },
  });
  const host = await services.describeHost();
  const { label, added } = await services.catalog.addVersion({
    project: config.project,
    name: options.name,
    manifest: tree.manifest,
    files: tree.files,
    bytes: tree.bytes,
    origin: { kind: "added", by: host.user, host: host.hostname, path },
    ...(options.message === undefined ? {} : { message: options.message }),
    createdAt: services.now(),
  });
  return { label, added, warnings: tree.warnings };
}
