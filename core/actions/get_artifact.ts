import type { App } from "../app.ts";
import { removeTree } from "../cache/tree_files.ts";
import { type PlacedBy, placeTree } from "../cache/place.ts";
import { labelName } from "../model/lineage.ts";
import { getManifest } from "../store/tree.ts";
import { artifactReference } from "./artifact_word.ts";
import { keepUnderCap } from "./prune_cache.ts";

/** Files that were put into a folder. */
export interface GotArtifact {
  readonly project: string;
  readonly artifact: string;
  readonly label: string;
  readonly digest: string;
  /** Absolute. */
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  readonly how: PlacedBy;
}

/**
 * Puts a version of an artifact into a folder, with progress.
 *
 * @param destination Relative to where the command was typed; the artifact's name if absent.
 * @throws {UserError} `destination_exists`, `artifact_not_found` and others; {CorruptionError} if it is damaged.
 */
export async function getArtifact(
  app: App,
  reference: string,
  destination: string | undefined,
  writable: boolean,
): Promise<GotArtifact> {
  const { services } = await app.openProject();
  const { store, trees, catalog } = services;
  const label = await catalog.resolve(await artifactReference(app, reference));
  const path = absolute(app.io.cwd, destination ?? label.artifact);
  const content = await getManifest(store, label.manifest);
  using progress = app.printer.progress({
    label: `Getting ${label.artifact}`,
    unit: "bytes",
    total: label.bytes,
  });
  let seen = 0;
  // For what the cache has no room for, on the disk that it is meant for.
  const elsewhere = `${path.slice(0, path.lastIndexOf("/"))}/.aero-${crypto.randomUUID()}`;
  const tree = await trees.materialize(label.manifest.digest, content, (items) =>
    store.getFiles(items, {
      signal: app.signal,
      onProgress: (bytes) => {
        progress.add(bytes - seen);
        seen = bytes;
      },
    }), { elsewhere });
  const how = placeTree(tree, content, path, { writable });
  if (tree === elsewhere) removeTree(elsewhere);
  trees.release(label.manifest.digest);
  await keepUnderCap(app);
  const { project, artifact, manifest, files, bytes } = label;
  return { project, artifact, label: labelName(label), digest: manifest.digest, path, files, bytes, how };
}

function absolute(cwd: string, path: string): string {
  const whole = path.startsWith("/") ? path : `${cwd}/${path.replace(/^(?:\.\/+)+/, "")}`;
  return whole.replace(/(.)\/+$/, "$1").replace(/\/\.$/, "");
}
