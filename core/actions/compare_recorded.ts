import type { App } from "../app.ts";
import { AeroError } from "../errors.ts";
import { compareRuns, type Comparison, type ComparisonReaders, type PathChange } from "../history/compare.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Manifest } from "../model/manifest.ts";
import { packagesOf } from "../format/inventory_packages.ts";
import { diffTrees } from "../source/diff.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { openSourcePacks } from "../source/pack.ts";
import type { Store } from "../store/store.ts";
import { getManifest } from "../store/tree.ts";
import { knownRun } from "./known_run.ts";

/** What differs between two runs, with the stage of each. */
export interface ShownComparison extends Comparison {
  readonly stages: readonly [string, string];
}

/**
 * Compares two runs that a person names.
 *
 * @throws {UserError} `run_not_found`, `run_ambiguous`; {CorruptionError} if what is stored is damaged.
 */
export async function compareRecorded(app: App, a: string, b: string): Promise<ShownComparison> {
  const before = await knownRun(app, a), after = await knownRun(app, b);
  const { services } = await app.openProject();
  const packs = [...before.start.source.packs, ...after.start.source.packs];
  const comparison = await compareRuns(before, after, readersOf(app, services.store, packs));
  return { ...comparison, stages: [before.summary.stage, after.summary.stage] };
}

function readersOf(app: App, store: Store, packs: readonly Descriptor[]): ComparisonReaders {
  return {
    codeChanges: async (a, b) =>
      await diffIn(await repositoryOf(app), a.tree, b.tree) ??
        await diffIn(await keptObjects(store, packs), a.tree, b.tree),
    packages: async ({ image }) => {
      if (image?.inventory === undefined) return undefined;
      const bytes = await unlessGone(() => store.getBytes(image.inventory!));
      return bytes === undefined ? undefined : Object.fromEntries(packagesOf(bytes));
    },
    manifest: (descriptor): Promise<Manifest | undefined> => unlessGone(() => getManifest(store, descriptor)),
  };
}

async function diffIn(
  objects: ObjectReader | undefined,
  a: string,
  b: string,
): Promise<readonly PathChange[] | undefined> {
  if (objects === undefined || !await objects.has(a) || !await objects.has(b)) return undefined;
  return await diffTrees(objects, a, b);
}

/** Objects of the repository here; `undefined` if there is none. */
async function repositoryOf(app: App): Promise<ObjectReader | undefined> {
  try {
    return (await (await app.openProject()).repository()).objects;
  } catch (error) {
    // Any other repository, or none, will do: the commits are also kept in the storage.
    if (error instanceof AeroError) return undefined;
    throw error;
  }
}

async function keptObjects(store: Store, packs: readonly Descriptor[]): Promise<ObjectReader | undefined> {
  const different = new Map(packs.map((pack) => [pack.digest, pack]));
  const bytes = await unlessGone(() =>
    Promise.all([...different.values()].map((pack) => store.getBytes(pack)))
  );
  return bytes === undefined || bytes.length === 0 ? undefined : openSourcePacks(bytes);
}

async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AeroError && error.code === "object_missing") return undefined;
    throw error;
  }
}
