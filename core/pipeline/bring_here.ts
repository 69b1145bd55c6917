import type { Manifest } from "../model/manifest.ts";
import { filesOf, totalBytes } from "../model/manifest.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import type { RunRecord } from "../model/run.ts";
import { mapConcurrent } from "../store/concurrent.ts";
import { namedBy, objectsOfImage } from "../store/needed_objects.ts";
import { getManifest } from "../store/tree.ts";
import type { RunServices } from "./run_services.ts";

/** What is to be on this machine. */
export interface Needed {
  /** By the digest of their manifest. */
  readonly trees: ReadonlyMap<Digest, Manifest>;
  /** Each once. */
  readonly objects: readonly Descriptor[];
}

type Services = Pick<RunServices, "store" | "archive" | "trees" | "objects">;

/** All that running a run again needs but its image, and all that it left; its image as well if `images`. */
export async function neededByRun(record: RunRecord, services: Services, images: boolean): Promise<Needed> {
  // Read, so that it is known here.
  await services.archive.getVersion(record.version);
  const artifacts = [...Object.values(record.inputs), ...Object.values(record.outputs)];
  const trees = new Map<Digest, Manifest>();
  for (const { manifest } of artifacts) {
    trees.set(manifest.digest, await getManifest(services.store, manifest));
  }
  const image = record.image === undefined || !images
    ? []
    : await objectsOfImage(services.store, record.image.manifest);
  const single = [...namedBy(record), ...image].filter(({ digest }) => !trees.has(digest));
  return { trees, objects: [...new Map(single.map((one) => [one.digest, one])).values()] };
}

/** Joins what several need. */
export function joinNeeded(all: readonly Needed[]): Needed {
  return {
    trees: new Map(all.flatMap(({ trees }) => [...trees])),
    objects: [...new Map(all.flatMap(({ objects }) => objects.map((one) => [one.digest, one]))).values()],
  };
}

/** What of it is not here. */
export function missingHere(
  { trees, objects }: Needed,
  services: Pick<Services, "trees" | "objects">,
): Needed {
  return {
    trees: new Map([...trees].filter(([digest]) => !services.trees.has(digest))),
    objects: objects.filter(({ digest }) => !services.objects.has(digest)),
  };
}

/** How much it is. */
export function sizeOf({ trees, objects }: Needed): { readonly objects: number; readonly bytes: number } {
  const manifests = [...trees.values()];
  return {
    objects: objects.length + manifests.reduce((sum, content) => sum + filesOf(content).length, 0),
    bytes: objects.reduce((sum, { size }) => sum + size, 0) +
      manifests.reduce((sum, content) => sum + totalBytes(content), 0),
  };
}

/**
 * Brings trees and objects into the cache, as far as its cap goes: what was brought first stays.
 *
 * @param options.onBytes Told of bytes as they come.
 * @returns How many trees and objects found no room.
 */
export async function bringHere(
  needed: Needed,
  services: Services,
  options: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<number> {
  const { store, trees, objects } = services;
  let left = 0;
  for (const [digest, content] of needed.trees) {
    let seen = 0;
    const kept = await trees.keep(digest, content, (items) =>
      store.getFiles(items, {
        signal: options.signal,
        onProgress: (bytes) => {
          options.onBytes(bytes - seen);
          seen = bytes;
        },
      }));
    if (!kept) left++;
  }
  await mapConcurrent(needed.objects, Math.min(8, store.storage.capabilities.maxConcurrency), async (one) => {
    const kept = await objects.keepStream(
      one.digest,
      one.size,
      () => store.open(one, { signal: options.signal }),
    );
    if (kept) options.onBytes(one.size);
    else left++;
  });
  return left;
}
