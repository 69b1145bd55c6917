import { digestOf } from "../format/digest_of.ts";
import { readImageManifest, writeImageManifest } from "../format/image_manifest_format.ts";
import { type Descriptor, MEDIA_TYPE } from "../model/descriptor.ts";
import { type Digest, digestHex, isDigest } from "../model/digest.ts";
import { linkTargetInside, type RelativePath } from "../model/relative_path.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { EnvironmentError, type ImageDigest, type ImageReference } from "../plugin/environment.ts";
import { type ArchiveMember, invalidArchive, readArchive } from "./image_archive.ts";
import type { PresenceOptions } from "./object_catalog.ts";
import { plainLayer } from "./plain_layer.ts";
import { tarHeader, tarPadding } from "./tar_header.ts";

/** What images need of a store. */
export interface ImageStore {
  putStream(
    stream: ReadableStream<Uint8Array>,
    mediaType: string,
    options?: OperationOptions,
  ): Promise<Descriptor>;
  putBytes(bytes: Uint8Array, mediaType: string, options?: OperationOptions): Promise<Descriptor>;
  hasMany(digests: readonly Digest[], options?: PresenceOptions): Promise<ReadonlySet<Digest>>;
  /** The bytes, checked while they are read: a wrong one fails the stream before its end. */
  open(descriptor: Descriptor, options?: OperationOptions): Promise<ReadableStream<Uint8Array>>;
  getBytes(descriptor: Descriptor, options?: OperationOptions): Promise<Uint8Array>;
}

/** Options of {@link keepImage}. */
export interface KeepImageOptions extends OperationOptions {
  /** Called now and then with the bytes of layers that were read so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** What is known of a file in the archive. */
type Found =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "stored"; readonly digest: Digest; readonly size: number }
  | { readonly kind: "link"; readonly target: string; readonly hard: boolean };

// Configs and manifests are a few KB; what is larger than this is taken for a layer and not held in memory.
const MAX_HELD_BYTES = 1 << 20;
// A hostile archive of a million small files must not fill the memory.
const MAX_HELD_TOTAL = 64 << 20;
const MAX_MEMBERS = 100_000;
const MAX_LINKS = 8;

/**
 * Keeps an image: its config and each uncompressed layer become objects of their own digest, and last comes the
 * OCI manifest that names them in the config's order.
 *
 * Takes the docker-archives of podman and docker, with layers as `<hex>.tar`, `<id>/layer.tar` or
 * `blobs/sha256/<hex>`, linked or not, gzipped or not. A layer that the store has is not read again. Keeping an
 * image twice gives the same descriptor.
 *
 * @param archive Read to its end; cancelled on failure.
 * @returns The manifest.
 * @throws {EnvironmentError} `image_mismatch` if the archive holds another image.
 * @throws {CorruptionError} `image_archive_invalid` if a part is missing or is not what the config says.
 */
export async function keepImage(
  store: ImageStore,
  archive: ReadableStream<Uint8Array>,
  expected: ImageDigest,
  options: KeepImageOptions = {},
): Promise<Descriptor> {
  const files = await spoolArchive(store, archive, options);
  const [config, paths] = await configOf(store, files, expected);
  const diffIds = diffIdsOf(config);
  if (paths.length !== diffIds.length) {
    throw invalidArchive(`it has ${paths.length} layers, and its config names ${diffIds.length}`);
  }
  const layers: Descriptor[] = [];
  for (const [i, path] of paths.entries()) {
    const layer = await layerOf(store, files, path, options);
    if (layer.digest !== diffIds[i]) {
      throw invalidArchive(`layer ${i + 1} is not the one that its config names`);
    }
    layers.push(layer);
  }
  return await store.putBytes(
    writeImageManifest({ config: await store.putBytes(config, MEDIA_TYPE.imageConfig, options), layers }),
    MEDIA_TYPE.imageManifest,
    options,
  );
}

/**
 * Makes a docker-archive of a kept image, which `load` of any engine turns into the same image id.
 *
 * Each part is checked while it streams, and the list of parts comes last: an archive cut by a damaged object
 * names no image, so that nothing can be imported from it.
 *
 * @param reference Name that the engine gives the image; without one it has its digest only.
 * @throws {CorruptionError} while the stream is read, if an object does not match its digest.
 */
export function restoreImage(
  store: ImageStore,
  manifest: Descriptor,
  options: OperationOptions & { readonly reference?: ImageReference } = {},
): ReadableStream<Uint8Array> {
  return ReadableStream.from(writeArchive(store, manifest, options));
}

async function spoolArchive(
  store: ImageStore,
  archive: ReadableStream<Uint8Array>,
  options: KeepImageOptions,
): Promise<Map<string, Found>> {
  const files = new Map<string, Found>();
  let held = 0, read = 0;
  const counted = async function* (content: AsyncIterable<Uint8Array>) {
    for await (const chunk of content) {
      options.onProgress?.(read += chunk.length);
      yield chunk;
    }
  };
  for await (const member of readArchive(archive, options.signal)) {
    if (files.size >= MAX_MEMBERS) throw invalidArchive(`it has more than ${MAX_MEMBERS} files`);
    if (member.link !== undefined) files.set(member.path, { kind: "link", ...member.link });
    else if (member.size <= MAX_HELD_BYTES && held + member.size <= MAX_HELD_TOTAL) {
      held += member.size;
      files.set(member.path, { kind: "bytes", bytes: await bytesOf(member) });
    } else {
      files.set(
        member.path,
        await storeLayer(store, { ...member, content: counted(member.content) }, options),
      );
    }
  }
  return files;
}

async function storeLayer(
  store: ImageStore,
  member: ArchiveMember,
  options: OperationOptions,
): Promise<Found> {
  // podman and new docker name a layer by its digest. Its bytes need not be read if the store has that object:
  // whether it is the right one is decided by the config, not by the archive.
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.tar)?$/.exec(member.path)?.[1];
  const named = hex === undefined ? undefined : `sha256:${hex}`;
  if (named !== undefined && isDigest(named) && (await store.hasMany([named], lasting(options))).has(named)) {
    return { kind: "stored", digest: named, size: member.size };
  }
  const { digest, size } = await store.putStream(
    await plainLayer(member.content),
    MEDIA_TYPE.imageLayer,
    options,
  );
  return { kind: "stored", digest, size };
}

function lasting({ signal }: OperationOptions): PresenceOptions {
  return { lasting: true, ...(signal === undefined ? {} : { signal }) };
}

async function configOf(
  store: ImageStore,
  files: ReadonlyMap<string, Found>,
  expected: ImageDigest,
): Promise<[config: Uint8Array, layers: string[]]> {
  const list = parseJson(await fileBytes(store, files, "manifest.json"), "manifest.json");
  const holds: string[] = [];
  for (const item of Array.isArray(list) ? list : []) {
    const { Config: path, Layers: layers } = item ?? {};
    if (typeof path !== "string" || !Array.isArray(layers) || !layers.every((l) => typeof l === "string")) {
      throw invalidArchive("its manifest.json does not list a config and layers");
    }
    const config = await fileBytes(store, files, path);
    const digest = digestOf(config);
    if (digest === expected) return [config, layers];
    holds.push(digest);
  }
  throw new EnvironmentError("image_mismatch", {
    what: `Cannot keep the image ${expected}`,
    why: holds.length === 0 ? "the archive holds no image" : `the archive holds ${holds.join(", ")}`,
  });
}

function diffIdsOf(config: Uint8Array): readonly Digest[] {
  const value = parseJson(config, "the config") as { rootfs?: { diff_ids?: unknown } } | null;
  const diffIds = value?.rootfs?.diff_ids ?? [];
  if (Array.isArray(diffIds) && diffIds.every((id) => typeof id === "string" && isDigest(id))) return diffIds;
  throw invalidArchive("its config does not list its layers by digest");
}

async function layerOf(
  store: ImageStore,
  files: ReadonlyMap<string, Found>,
  path: string,
  options: OperationOptions,
): Promise<Descriptor> {
  const found = follow(files, path);
  if (found.kind === "stored") {
    return { mediaType: MEDIA_TYPE.imageLayer, digest: found.digest, size: found.size };
  }
  return await store.putStream(await plainLayer([found.bytes]), MEDIA_TYPE.imageLayer, options);
}

async function fileBytes(
  store: ImageStore,
  files: ReadonlyMap<string, Found>,
  path: string,
): Promise<Uint8Array> {
  const found = follow(files, path);
  if (found.kind === "bytes") return found.bytes;
  if (found.size > MAX_HELD_TOTAL) {
    throw invalidArchive(`${JSON.stringify(path)} is too large for a document`);
  }
  return await store.getBytes({
    mediaType: MEDIA_TYPE.imageConfig,
    digest: found.digest,
    size: found.size,
  });
}

function follow(files: ReadonlyMap<string, Found>, path: string): Exclude<Found, { kind: "link" }> {
  let at: string | undefined = path;
  for (let links = 0; links <= MAX_LINKS && at !== undefined; links++) {
    const found = files.get(at);
    if (found === undefined) break;
    if (found.kind !== "link") return found;
    at = found.hard ? found.target : linkTargetInside(at as RelativePath, found.target);
  }
  throw invalidArchive(`it lacks ${JSON.stringify(path)}`);
}

async function bytesOf(member: ArchiveMember): Promise<Uint8Array> {
  const bytes = new Uint8Array(member.size);
  let offset = 0;
  for await (const chunk of member.content) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

async function* writeArchive(
  store: ImageStore,
  manifest: Descriptor,
  options: OperationOptions & { readonly reference?: ImageReference },
): AsyncGenerator<Uint8Array, void, void> {
  const { config, layers } = readImageManifest(await store.getBytes(manifest, options));
  for (const part of new Map([config, ...layers].map((part) => [part.digest, part])).values()) {
    yield tarHeader(part === config ? `${digestHex(part.digest)}.json` : layerName(part), part.size);
    yield* await store.open(part, options);
    yield tarPadding(part.size);
  }
  const list = new TextEncoder().encode(JSON.stringify([{
    Config: `${digestHex(config.digest)}.json`,
    RepoTags: options.reference === undefined ? [] : [options.reference],
    Layers: layers.map(layerName),
  }]));
  yield tarHeader("manifest.json", list.length);
  yield list;
  yield tarPadding(list.length);
  yield new Uint8Array(1024);
}

function layerName(layer: Descriptor): string {
  return `${digestHex(layer.digest)}.tar`;
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalidArchive(`${name} is not JSON`, { cause });
  }
}
