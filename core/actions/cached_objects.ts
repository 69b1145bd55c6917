import { writeManifest } from "../format/manifest_format.ts";
import { type Digest, digestHex } from "../model/digest.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { bytesBody } from "../plugin/storage.ts";
import type { ObjectSource } from "../store/object_sources.ts";
import { fileStream } from "../store/staging.ts";
import { walkTree } from "../store/tree_walk.ts";
import { FilesBySize } from "./files_by_size.ts";

/**
 * The artifacts in the cache as a source of objects: their files, found by size and digest, and their manifests, made
 * again from what lies there.
 *
 * @param directory The cache.
 */
export function cachedObjects(directory: string): ObjectSource {
  const files = new FilesBySize(() => treesIn(directory));
  return {
    name: "the cache",
    async open({ digest, size }) {
      const tree = `${directory}/trees/${digestHex(digest)}/files`;
      const manifest = isDirectory(tree) ? await manifestOf(tree, (path) => files.digestOf(path)) : undefined;
      if (manifest !== undefined) return bytesBody(manifest).open();
      if (size === undefined) return undefined;
      const path = await files.find({ digest, size });
      return path === undefined ? undefined : fileStream(path);
    },
    document: () => Promise.resolve(undefined),
  };
}

/** The trees of files that the cache has. */
function treesIn(directory: string): string[] {
  return namesIn(`${directory}/trees`).map(({ name }) => `${directory}/trees/${name}/files`).filter(
    isDirectory,
  );
}

async function manifestOf(tree: string, digestOfPath: (path: string) => Digest): Promise<Uint8Array> {
  const entries = await walkTree(tree);
  return writeManifest({
    entries: entries.map((entry): ManifestEntry => {
      if (entry.kind === "link") return entry;
      const { path, stamp: { size }, executable } = entry;
      return { kind: "file", path, size, digest: digestOfPath(`${tree}/${path}`), executable };
    }),
  });
}

function isDirectory(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function namesIn(path: string): Deno.DirEntry[] {
  return isDirectory(path) ? [...Deno.readDirSync(path)] : [];
}
