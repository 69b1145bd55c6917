import type { Descriptor } from "../model/descriptor.ts";
import { getManifest } from "../store/tree.ts";
import type { RunServices } from "./run_services.ts";

/**
 * Makes the files of artifacts present as read-only directories in the cache, fetching what it lacks.
 *
 * @param inputs Input name to what it holds.
 * @returns Input name to the absolute path of its directory; shared with other runs, never to be written.
 * @throws {CorruptionError} if stored bytes do not match their digest.
 */
export async function materializeInputs(
  inputs: Readonly<Record<string, { readonly manifest: Descriptor }>>,
  services: Pick<RunServices, "store" | "trees">,
  options: { readonly signal: AbortSignal },
): Promise<Record<string, string>> {
  const { store, trees } = services;
  const paths: Record<string, string> = {};
  for (const [name, { manifest }] of Object.entries(inputs)) {
    const content = await getManifest(store, manifest);
    paths[name] = await trees.materialize(
      manifest.digest,
      content,
      (items) => store.getFiles(items, { signal: options.signal }),
    );
  }
  return paths;
}
