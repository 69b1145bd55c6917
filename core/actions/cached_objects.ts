import { createHash } from "node:crypto";
import { writeManifest } from "../format/manifest_format.ts";
import { type Digest, digestHex, parseDigest } from "../model/digest.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { bytesBody } from "../plugin/storage.ts";
import type { ObjectSource } from "../store/object_sources.ts";
import { fileStream } from "../store/staging.ts";
import { walkTree } from "../store/tree_walk.ts";

/**
 * The artifacts in the cache as a source of objects: their files, found by size and digest, and their manifests, made
 * again from what lies there.
 *
 * @param directory The cache.
 */
export function cachedObjects(directory: string): ObjectSource {
  let bySize: Map<number, string[]> | undefined;
  const digests = new Map<string, Digest>();
  const digestOfPath = (path: string): Digest => {
    const known = digests.get(path);
    if (known !== undefined) return known;
    const digest = hashFile(path);
    digests.set(path, digest);
    return digest;
  };
  return {
    name: "the cache",
    async open({ digest, size }) {
      const tree = `${directory}/trees/${digestHex(digest)}/files`;
      const manifest = isDirectory(tree) ? await manifestOf(tree, digestOfPath) : undefined;
      if (manifest !== undefined) return bytesBody(manifest).open();
      if (size === undefined) return undefined;
      bySize ??= await filesBySize(directory);
      const path = bySize.get(size)?.find((path) => digestOfPath(path) === digest);
      return path === undefined ? undefined : fileStream(path);
    },
    document: () => Promise.resolve(undefined),
  };
}

async function filesBySize(directory: string): Promise<Map<number, string[]>> {
  const bySize = new Map<number, string[]>();
  for (const { name } of namesIn(`${directory}/trees`)) {
    const root = `${directory}/trees/${name}/files`;
    if (!isDirectory(root)) continue;
    for (const entry of await walkTree(root)) {
      if (entry.kind !== "file") continue;
      const paths = bySize.get(entry.stamp.size);
      if (paths) paths.push(`${root}/${entry.path}`);
      else bySize.set(entry.stamp.size, [`${root}/${entry.path}`]);
    }
  }
  return bySize;
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

function hashFile(path: string): Digest {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(1024 * 1024);
  for (let read = file.readSync(buffer); read !== null; read = file.readSync(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return parseDigest(`sha256:${hash.digest("hex")}`);
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
