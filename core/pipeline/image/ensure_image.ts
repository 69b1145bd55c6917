import { UserError } from "../../errors.ts";
import type { KeptImage } from "../../format/image_format.ts";
import { readImageManifest } from "../../format/image_manifest_format.ts";
import { type Descriptor, MEDIA_TYPE } from "../../model/descriptor.ts";
import { shortDigest } from "../../model/digest.ts";
import type { LockEntry } from "../../model/lock.ts";
import type { OperationOptions } from "../../plugin/context.ts";
import {
  type ContainerEnvironment,
  type ImageDigest,
  type ImageReference,
  parseImageReference,
} from "../../plugin/environment.ts";
import { keepImage, restoreImage } from "../../store/images.ts";
import { buildImage } from "./build_image.ts";
import type { CommitFiles } from "./commit_files.ts";
import { environmentSource, type ImageConfig } from "./environment_source.ts";
import { lockedBase, lockedImage, lockedPackages, lockMissing } from "./image_lock.ts";
import { writeInventory } from "./inventory.ts";
import { findKeptImage, type ImageArchive, nameKeptImage } from "./kept_image.ts";
import { baseReferences, type LoadedSource, loadSource, sourceDigest } from "./source_digest.ts";
import { takeInventory } from "./take_inventory.ts";

/** What {@link ensureImage} needs. */
export interface EnsureImageRequest {
  readonly environment: ContainerEnvironment;
  readonly store: ImageArchive;
  /** Name of the project; part of the image's name. */
  readonly project: string;
  readonly config: ImageConfig;
  readonly lock: readonly LockEntry[];
  readonly files: CommitFiles;
  /** `os/architecture`. */
  readonly platform: string;
  /** `locked` takes what the lock file says or refuses; `update` resolves and builds what it does not say. */
  readonly mode: "locked" | "update";
  /** What a build prints. */
  readonly onOutput: (bytes: Uint8Array) => void;
  /** Called when something that takes seconds begins, and with the bytes done so far where these are known. */
  readonly onStep?: (step: "pull" | "build" | "load" | "keep" | "inventory", bytes?: number) => void;
  readonly signal: AbortSignal;
}

/** An image that the engine has and the storage keeps. */
export interface EnsuredImage {
  readonly image: ImageDigest;
  /** The name under which people find it in the engine; can move. */
  readonly reference: ImageReference;
  /** All that the lock file must say of this environment on this platform; in locked mode, what it says. */
  readonly lock: readonly LockEntry[];
  /** OCI image manifest in the store. */
  readonly manifest: Descriptor;
  /** CycloneDX document in the store. */
  readonly inventory?: Descriptor;
  /** Whether a build ran. */
  readonly built: boolean;
  /** A sentence for people, if something is otherwise than the lock file said. */
  readonly note?: string;
}

type BuiltSource = Exclude<LoadedSource, { kind: "base" }>;
type Bases = Map<ImageReference, ImageDigest>;
type Made = Pick<EnsuredImage, "image" | "reference" | "built" | "note"> & { readonly bases: Bases };

/**
 * Makes sure that the image of an environment is in the engine and kept in the storage.
 *
 * If nothing changed, the engine is asked once and one small document is read. An image that the engine has lost is
 * loaded from the storage, and built again only if it is not there either. The identity of an image is its digest:
 * in locked mode a build that gives another one is refused, since the lock file names what runs were made with.
 *
 * @throws {UserError} `lock_missing`, `base_moved` and `image_differs` in locked mode; those of
 *   {@link environmentSource} and {@link loadSource}.
 * @throws {EnvironmentError} `image_not_found`, `build_failed`, `image_mismatch`, `engine_unavailable`.
 * @throws {CorruptionError} if a kept image is damaged; nothing of it is loaded.
 */
export async function ensureImage(request: EnsureImageRequest): Promise<EnsuredImage> {
  const { files, platform } = request;
  const source = await loadSource(environmentSource(request.config), files, platform);
  const bases = await resolveBases(request, baseReferences(source));
  const made = source.kind === "base"
    ? await ensureBase(request, source.reference, bases)
    : await ensureBuilt(request, source, bases);
  const kept = await keep(request, made.image);
  return {
    image: made.image,
    reference: made.reference,
    lock: await lockOf(request, source, made, kept),
    manifest: kept.manifest,
    ...kept.inventory !== undefined && { inventory: kept.inventory },
    built: made.built,
    ...made.note !== undefined && { note: made.note },
  };
}

/** The name of a built image: its project and what it was built from. */
export function builtImageName(project: string, source: string): ImageReference {
  const slug = project.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return parseImageReference(`localhost/aero/${slug}:${source}`);
}

async function resolveBases(
  request: EnsureImageRequest,
  references: readonly ImageReference[],
): Promise<Bases> {
  const { environment, lock, platform, mode, signal } = request;
  const bases: Bases = new Map();
  for (const reference of references) {
    const locked = lockedBase(lock, reference, platform);
    if (locked === undefined && mode === "locked") throw lockMissing(JSON.stringify(reference), platform);
    if (locked === undefined) request.onStep?.("pull");
    bases.set(reference, locked ?? await environment.resolve(reference, { signal }));
  }
  return bases;
}

async function ensureBase(
  request: EnsureImageRequest,
  reference: ImageReference,
  bases: Bases,
): Promise<Made> {
  const note = await fetchBase(request, reference, bases);
  return {
    image: imageOf(bases, reference),
    reference,
    built: false,
    bases,
    ...note !== undefined && { note },
  };
}

/**
 * Brings a base image into the engine; in update mode, what its name stands for if the locked one is gone.
 *
 * @returns What to tell of it.
 */
async function fetchBase(
  request: EnsureImageRequest,
  reference: ImageReference,
  bases: Bases,
): Promise<string | undefined> {
  const wanted = imageOf(bases, reference);
  // Not the name that the config gives it: the person may have moved that to another image since.
  const name = builtImageName(request.project, `base-${shortDigest(wanted)}`);
  if (await bringBack(request, wanted, name)) return undefined;
  request.onStep?.("pull");
  const found = await request.environment.resolve(reference, { signal: request.signal });
  if (found === wanted) return undefined;
  const moved = `${reference} is ${shortDigest(found)}, and aero.lock says ${shortDigest(wanted)}`;
  if (request.mode === "locked") {
    throw new UserError("base_moved", {
      what: `Cannot get the image ${JSON.stringify(reference)} that aero.lock names`,
      why: `${moved}, which neither the engine nor the storage has`,
      fix: [
        "take the newer one: `aero build`, then commit aero.lock",
        `load ${wanted} into the engine by hand`,
      ],
    });
  }
  bases.set(reference, found);
  return `${moved}, which is gone`;
}

async function ensureBuilt(request: EnsureImageRequest, source: BuiltSource, bases: Bases): Promise<Made> {
  const { environment, files, lock, mode, platform, project, signal } = request;
  const named = sourceDigest(source, bases, platform);
  const locked = lockedImage(lock, named, platform);
  const name = builtImageName(project, shortDigest(named));
  if (locked === undefined && mode === "locked") throw lockMissing("this environment", platform);
  if (locked !== undefined && await bringBack(request, locked, name)) {
    return { image: locked, reference: name, built: false, bases };
  }
  let note: string | undefined;
  for (const reference of bases.keys()) {
    note = await fetchBase(request, reference, bases) ?? note;
  }
  const reference = builtImageName(project, shortDigest(sourceDigest(source, bases, platform)));
  request.onStep?.("build");
  const image = await buildImage(environment, source, {
    files,
    bases,
    tag: reference,
    onOutput: request.onOutput,
    signal,
  });
  if (locked === undefined || image === locked) {
    return { image, reference, built: true, bases, ...note !== undefined && { note } };
  }
  const differs = `the same inputs gave ${shortDigest(image)}, and aero.lock says ${shortDigest(locked)}`;
  if (mode === "locked") {
    throw new UserError("image_differs", {
      what: "Cannot build the image that aero.lock names again",
      why: `${differs}, which neither the engine nor the storage has`,
      fix: ["take the one that was built: `aero build`, then commit aero.lock"],
    });
  }
  return { image, reference, built: true, bases, note: note ?? `${differs}, which is gone` };
}

/** Whether the engine has an image, after loading it from the storage if need be. */
async function bringBack(
  request: EnsureImageRequest,
  image: ImageDigest,
  reference: ImageReference,
): Promise<boolean> {
  const { environment, store, signal } = request;
  if (await environment.inspect(image, { signal }) !== undefined) return true;
  const kept = await findKeptImage(store, image, { signal });
  if (kept === undefined) return false;
  request.onStep?.("load");
  await environment.load(image, restoreImage(store, kept.manifest, { reference, signal }), { signal });
  return true;
}

async function keep(request: EnsureImageRequest, image: ImageDigest): Promise<KeptImage> {
  const { environment, store, platform, signal } = request;
  const named = await findKeptImage(store, image, { signal });
  // The document says what was stored once; a run that names the image promises that it is stored.
  const known = named !== undefined && await isStored(named, store, { signal }) ? named : undefined;
  if (known?.inventory !== undefined) return known;
  let manifest = known?.manifest;
  if (manifest === undefined) {
    request.onStep?.("keep");
    manifest = await keepImage(store, await environment.save(image, { signal }), image, {
      signal,
      onProgress: (bytes) => request.onStep?.("keep", bytes),
    });
  }
  request.onStep?.("inventory");
  const found = writeInventory(await takeInventory(environment, image, { signal }), image, platform);
  const inventory = await store.putBytes(found, MEDIA_TYPE.inventory, { signal });
  const kept = { schema: "aero/image@1", image, manifest, inventory } as const;
  await nameKeptImage(store, kept, { signal });
  return kept;
}

/** Whether all that a kept image's document names is stored. */
async function isStored(
  { manifest, inventory }: KeptImage,
  store: ImageArchive,
  options: OperationOptions,
): Promise<boolean> {
  // Layers are large, and what names them was in the storage when that was last seen: they are not kept twice.
  if (store.isAway) return true;
  if ((await store.hasMany([manifest.digest], options)).size === 0) return false;
  const { config, layers } = readImageManifest(await store.getBytes(manifest, options));
  const named = [config, ...layers, ...(inventory === undefined ? [] : [inventory])];
  const digests = new Set(named.map(({ digest }) => digest));
  return (await store.hasMany([...digests], options)).size === digests.size;
}

async function lockOf(
  { lock, platform, store, signal }: EnsureImageRequest,
  source: LoadedSource,
  { image, bases }: Made,
  kept: KeptImage,
): Promise<LockEntry[]> {
  const entries: LockEntry[] = [...bases].map(([reference, image]) => ({
    kind: "base",
    reference,
    platform,
    image,
  }));
  if (source.kind === "base") return entries;
  const digest = sourceDigest(source, bases, platform);
  entries.push({ kind: "image", source: digest, platform, image });
  if (source.kind !== "generated" || source.systemPackages.length === 0) return entries;
  if (lockedImage(lock, digest, platform) === image) {
    const known = lock.filter((entry) =>
      entry.kind === "package" && entry.source === digest && entry.platform === platform
    );
    if (known.length > 0) return [...entries, ...known];
  }
  if (kept.inventory === undefined) return entries;
  const inventory = await store.getBytes(kept.inventory, { signal });
  return [...entries, ...lockedPackages(source.systemPackages, inventory, digest, platform)];
}

function imageOf(bases: Bases, reference: ImageReference): ImageDigest {
  const image = bases.get(reference);
  if (image === undefined) throw new TypeError(`${reference} was not resolved`);
  return image;
}
