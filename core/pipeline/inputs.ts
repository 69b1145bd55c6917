import type { Descriptor } from "../model/descriptor.ts";
import { isStorageError, StorageError } from "../plugin/storage.ts";
import { getManifest } from "../store/tree.ts";
import type { RunServices } from "./run_services.ts";

/** What stages read, by their own names for it. */
export type Inputs = Readonly<
  Record<string, { readonly artifact?: string; readonly label?: string; readonly manifest: Descriptor }>
>;

/** Options of {@link materializeInputs}. */
export interface MaterializeInputsOptions {
  readonly signal: AbortSignal;
  /** Absolute path of a directory for what the cache has no room for; made if needed, and the caller's to remove. */
  readonly elsewhere: string;
  /** Called when an input's turn comes, and as its files come, with its bytes so far; files that are here count none. */
  readonly onProgress?: (name: string, bytes: number) => void;
}

/**
 * Makes the files of artifacts present as read-only directories, fetching what the cache lacks. They stay until
 * {@link releaseInputs}, or until the process ends.
 *
 * @returns Input name to the absolute path of its directory; shared with other runs, never to be written.
 * @throws {CorruptionError} if stored bytes do not match their digest.
 * @throws {StorageError} `unavailable` naming the input, if its files are not here and the storage is away.
 */
export async function materializeInputs(
  inputs: Inputs,
  services: Pick<RunServices, "store" | "trees">,
  options: MaterializeInputsOptions,
): Promise<Record<string, string>> {
  const { store, trees } = services;
  const paths: Record<string, string> = {};
  for (const [name, input] of Object.entries(inputs)) {
    options.onProgress?.(name, 0);
    try {
      const content = await getManifest(store, input.manifest);
      paths[name] = await trees.materialize(
        input.manifest.digest,
        content,
        (items) =>
          store.getFiles(items, {
            signal: options.signal,
            onProgress: (bytes) => options.onProgress?.(name, bytes),
          }),
        { elsewhere: `${options.elsewhere}/${name}` },
      );
    } catch (error) {
      if (!store.isAway || !isStorageError(error, "unavailable")) throw error;
      throw notHere(name, input, store.storage.location, error);
    }
  }
  return paths;
}

/** Says that nobody reads what {@link materializeInputs} gave any more. */
export function releaseInputs(inputs: Inputs, { trees }: Pick<RunServices, "trees">): void {
  for (const { manifest } of Object.values(inputs)) trees.release(manifest.digest);
}

function notHere(
  name: string,
  { artifact, label, manifest }: Inputs[string],
  location: string,
  cause: unknown,
): StorageError {
  const version = artifact === undefined
    ? manifest.digest
    : label === undefined
    ? artifact
    : `${artifact}:${label}`;
  return new StorageError("unavailable", {
    what: `Cannot get the input "${name}", ${version}`,
    why: `its files are not all in the cache, and ${location} is not asked or cannot be reached`,
    fix: [`once it can be reached: \`aero pull ${version}\``],
  }, { cause });
}
