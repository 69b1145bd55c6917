import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { parseArtifactReference } from "../model/name.ts";
import {
  bringHere,
  joinNeeded,
  missingHere,
  type Needed,
  neededByRun,
  sizeOf,
} from "../pipeline/bring_here.ts";
import { fillIndex, ownName } from "../pipeline/mend_history.ts";
import type { Project } from "../pipeline/project.ts";
import { reliableLabel } from "../pipeline/reliable_label.ts";
import { getManifest } from "../store/tree.ts";
import { findStored, requireStorage } from "./find_stored.ts";
import { findRecord } from "./run_lookups.ts";

/** What was brought here, or would be. */
export interface Pulled {
  readonly type: "pull";
  readonly dryRun: boolean;
  /** Where from. */
  readonly storage: string;
  /** Runs that were not known here before. */
  readonly runs: number;
  /** Artifacts whose versions and aliases are known here. */
  readonly artifacts: number;
  /** Files and single objects that were not in the cache. */
  readonly objects: number;
  /** Of these. */
  readonly bytes: number;
  /** How often the storage was asked, opening it included. */
  readonly requests: number;
  /** Trees and objects that the cap of the cache left no room for. */
  readonly left: number;
}

/** What to pull. */
export interface PullRequest {
  /** Runs and artifacts whose bytes to bring here. */
  readonly names: readonly string[];
  /** The bytes of all runs. */
  readonly all: boolean;
  /** The images of the runs as well. */
  readonly images: boolean;
  /** Name of a project, of all that the storage has; outside a project. */
  readonly of?: string;
  readonly dryRun: boolean;
  /** Names and records only. */
  readonly namesOnly?: boolean;
}

/**
 * Brings names and records here, so that they can be looked at without the storage, and the bytes of what is asked for
 * into the cache, so that it can be run again without the storage; if nothing is named, those of the newest inputs of
 * the project's stages.
 *
 * @throws {StorageError} `unavailable` and others; {UserError} `run_not_found` and others of a name.
 */
export async function pullStored(app: App, request: PullRequest): Promise<Pulled> {
  const project = await app.openProject();
  const { services } = project;
  requireStorage(project, "Cannot get anything from the storage");
  const before = (await app.bareIndex()).count();
  const index = await app.index();
  const name = request.of ?? ownName(project);
  await fillIndex(services, name, app.observer());
  index.markFilled();
  const artifacts = await readNames(project, name);
  // A storage that went away while names were read gives what is known, which is no pull.
  requireStorage(project, "Cannot get anything from the storage");
  const missing = request.namesOnly
    ? { trees: new Map(), objects: [] }
    : missingHere(await needed(app, project, request, name), services);
  const { objects, bytes } = sizeOf(missing);
  using progress = app.printer.progress({ label: "Getting", unit: "bytes", total: bytes });
  const left = request.dryRun ? 0 : await bringHere(missing, services, {
    signal: app.signal,
    onBytes: (count) => progress.add(count),
  });
  return {
    type: "pull",
    dryRun: request.dryRun,
    storage: services.store.storage.location,
    runs: index.count() - before,
    artifacts,
    objects,
    bytes,
    requests: services.requests(),
    left,
  };
}

/** Reads labels and aliases, so that they are known here. */
async function readNames({ services: { catalog } }: Project, project: string | undefined): Promise<number> {
  const names = await catalog.names(project);
  for (const one of names) {
    await Promise.all([catalog.labels(one.project, one.name), catalog.aliases(one.project, one.name)]);
  }
  return names.length;
}

async function needed(
  app: App,
  project: Project,
  request: PullRequest,
  name: string | undefined,
): Promise<Needed> {
  const { services } = project;
  const parts: Needed[] = [];
  if (request.all) {
    for (const record of await services.archive.records(name)) {
      parts.push(await neededByRun(record, services, request.images));
    }
  }
  for (const word of request.names) {
    const found = await findStored(app, word, request.of);
    if ("run" in found) {
      parts.push(await neededByRun(await findRecord(app, found.run), services, request.images));
    } else {
      const { manifest, origin } = found.version;
      if (request.images && origin.kind === "run") {
        app.printer.warn(
          `${word} is an artifact, of which the files alone come; all that it takes to run ${origin.run}, ` +
            `which made it, again: \`aero pull ${origin.run} --images\``,
        );
      }
      const content = await getManifest(services.store, manifest);
      parts.push({ trees: new Map([[manifest.digest, content]]), objects: [] });
    }
  }
  if (!request.all && request.names.length === 0) parts.push(await newestInputs(project));
  return joinNeeded(parts);
}

/** What the stages of the project read that none of them makes, in its newest version. */
async function newestInputs({ config, services: { catalog, archive, store } }: Project): Promise<Needed> {
  const stages = Object.values(config.stages);
  const made = new Set(stages.flatMap(({ outputs }) => outputs));
  const wanted = new Set(
    stages.flatMap(({ inputs }) => Object.values(inputs)).filter((text) => !made.has(text)),
  );
  const trees: Needed["trees"] extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never = new Map();
  for (const text of wanted) {
    try {
      const reference = parseArtifactReference(text, config.project);
      const { manifest } = await catalog.resolve(reference, { accepts: reliableLabel(archive) });
      trees.set(manifest.digest, await getManifest(store, manifest));
    } catch (error) {
      // What nobody has added yet cannot be brought.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return { trees, objects: [] };
}
