import { AeroError, isAbort } from "../errors.ts";
import { writeExperimentVersion } from "../format/experiment_version_format.ts";
import { packagesOf } from "../format/inventory_packages.ts";
import { parseArtifactReference } from "../model/name.ts";
import type { ImageRecord, InputRecord, OutputRecord, RunStart } from "../model/run.ts";
import type { TrackedStart } from "../plugin/tracker.ts";
import { labelKey } from "../store/keys.ts";
import type { Store } from "../store/store.ts";

/** What a journal does not say of its run. */
export interface BesideJournal {
  /** Where it is recorded, for people; holds no secret. */
  readonly storage: string;
  readonly documentOf: (version: TrackedStart["version"]) => string;
  /** Where a version of an artifact lies, if others can use that; `project` is that of the run. */
  readonly urlOf: (
    version: Pick<InputRecord | OutputRecord, "artifact" | "label">,
    project: string,
  ) => Promise<string | undefined> | undefined;
  /** Packages of an image, `numpy@pypi` to its version; `undefined` if that is not known. */
  readonly packagesOf?: (image: ImageRecord) => Promise<ReadonlyMap<string, string> | undefined>;
}

/**
 * What a store says of the runs in it. What it cannot say, since it is away or damaged, is left out: trackers show it,
 * and need none of it.
 */
export function besideJournal(store: Pick<Store, "storage" | "getBytes">): BesideJournal {
  return {
    storage: store.storage.location,
    documentOf: (version) => new TextDecoder().decode(writeExperimentVersion(version)),
    urlOf: ({ artifact, label }, project) =>
      // Small manifests lie in packs. The document of the label is an object of its own, never changes, and names it.
      label === undefined ? undefined : orNothing(async () => {
        const { artifact: name, version } = parseArtifactReference(`${artifact}:${label}`, project);
        if (version.by !== "label") return undefined;
        return (await store.storage.stat(labelKey(name.project, name.name, version.number)))?.address;
      }),
    packagesOf: ({ inventory }) =>
      orNothing(async () => inventory && packagesOf(await store.getBytes(inventory))),
  };
}

/** What trackers are told of a beginning. */
export async function trackedStart(
  start: RunStart,
  version: TrackedStart["version"],
  { storage, documentOf, urlOf, packagesOf }: BesideJournal,
): Promise<TrackedStart> {
  const inputUrls: Record<string, string> = {};
  for (const [name, input] of Object.entries(start.inputs)) {
    const url = await urlOf(input, start.project);
    if (url !== undefined) inputUrls[name] = url;
  }
  const packages = start.image && await packagesOf?.(start.image);
  return {
    start,
    version,
    versionDocument: documentOf(version),
    storage,
    ...(Object.keys(inputUrls).length === 0 ? {} : { inputUrls }),
    ...(packages === undefined ? {} : { packages }),
  };
}

async function orNothing<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAbort(error) || !(error instanceof AeroError)) throw error;
    return undefined;
  }
}
