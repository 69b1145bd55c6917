import { readImageManifest } from "../format/image_manifest_format.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import { filesOf } from "../model/manifest.ts";
import type { RunRecord } from "../model/run.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Store } from "./store.ts";
import { getManifest } from "./tree.ts";

/** What a record names directly, the image's own parts left out. */
export function namedBy({ source, logs, journal, image, inputs, outputs }: RunRecord): Descriptor[] {
  return [
    ...source.packs,
    ...Object.values(logs).filter((log) => log !== undefined),
    journal,
    ...(image === undefined ? [] : [image.manifest]),
    ...(image?.inventory === undefined ? [] : [image.inventory]),
    ...[...Object.values(inputs), ...Object.values(outputs)].map(({ manifest }) => manifest),
  ];
}

/** All objects of an artifact's version: its manifest, and its files. */
export async function objectsOfTree(
  store: Store,
  manifest: Descriptor,
  options: OperationOptions = {},
): Promise<Digest[]> {
  const content = await getManifest(store, manifest, options);
  return [manifest.digest, ...filesOf(content).map(({ digest }) => digest)];
}

/** All objects of a kept image, its manifest included. */
export async function objectsOfImage(
  store: Store,
  manifest: Descriptor,
  options: OperationOptions = {},
): Promise<Descriptor[]> {
  const { config, layers } = readImageManifest(await store.getBytes(manifest, options));
  return [manifest, config, ...layers];
}
