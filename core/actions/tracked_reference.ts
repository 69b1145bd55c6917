import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { digestHex } from "../model/digest.ts";
import { nearest } from "../model/nearest.ts";
import { type RunId, runIdFromBytes } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { ForeignRun } from "../plugin/tracker.ts";

/** A run as a tracker names it. */
export interface TrackedReference {
  readonly tracker: string;
  readonly id: string;
}

/** Reads `<tracker>:<id>` or `<tracker>` as far as it can be one; the id may have colons. */
export function parseTracked(text: string): TrackedReference | undefined {
  const parts = /^([a-z0-9][a-z0-9._-]*):(.+)$/is.exec(text);
  return parts === null ? undefined : { tracker: parts[1]!, id: parts[2]! };
}

/**
 * The tracker of a name in the config.
 *
 * @throws {UserError} `tracker_unknown`, `offline`.
 */
export async function trackerNamed(app: App, name: string): Promise<NamedTracker> {
  const trackers = await app.trackers();
  if (!trackers.sections.some((section) => section.name === name)) throw await unknownTracker(app, name);
  if (app.isOffline) {
    throw new UserError("offline", {
      what: `Cannot ask ${name}`,
      why: "--offline or AERO_OFFLINE says that nothing is to be asked",
      fix: ["leave it out"],
    });
  }
  return (await trackers.all()).find((tracker) => tracker.name === name)!;
}

/** @param artifactFix Where the name could also be meant as an artifact's: what to do then. */
async function unknownTracker(app: App, name: string, artifactFix?: readonly string[]): Promise<UserError> {
  const names = (await app.trackers()).sections.map((section) => section.name);
  const near = nearest(name, names);
  const has = names.length === 0
    ? "no tracker is configured"
    : `configured ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
  return new UserError("tracker_unknown", {
    what: `Cannot find the tracker ${JSON.stringify(name)}`,
    why: artifactFix === undefined ? has : `${has}; and there is no artifact of that name`,
    fix: [
      ...(near === undefined ? [] : [`write \`${near}\``]),
      ...ADD_TRACKER,
      ...artifactFix ?? [],
    ],
  });
}

/** How a tracker comes into the config. */
export const ADD_TRACKER: readonly string[] = [
  "add it to `trackers` in aero.yaml, or in your own config.yaml: `aero config list`",
  "or name it for one command or shell: `export AERO_TRACKERS=KIND:ADDRESS`",
];

/**
 * The run that `<tracker>:<id>` names: one that aero sent, or one that was imported.
 *
 * @returns `undefined` if `reference` does not begin with the name of a tracker of the config.
 * @throws {UserError} `run_foreign`, `run_elsewhere`, `run_not_stored`, `tracker_unknown` for a kind of tracker that is
 * not configured; {TrackerError} as {@link Tracker.find}.
 */
export async function resolveTracked(app: App, reference: string): Promise<RunId | undefined> {
  const parsed = parseTracked(reference);
  if (parsed === undefined || reference.startsWith("sha256:")) return undefined;
  const { sections } = await app.trackers();
  if (!sections.some(({ name }) => name === parsed.tracker)) return undefined;
  const to = await trackerNamed(app, parsed.tracker);
  // Outside a project, what the storage has may tell where the tracker keeps a run.
  if ((await app.trackers()).project === undefined) await app.index();
  const foreign = await to.tracker.find(parsed.id, { signal: app.signal });
  const run = foreign.aero?.run ?? importedRunId(to, foreign.id);
  await requireStored(app, reference, run, foreign);
  const { aero, id, url, state } = foreign;
  // What others' code made there was not sent there: it is the run's origin, which is owed nothing.
  if (aero !== undefined) {
    // The end of a run comes last: a tracker that has it has everything.
    const known = { complete: state !== "running", id, ...(url === undefined ? {} : { url }) };
    (await (await app.trackers()).book()).note(to, run, known);
  }
  return run;
}

/**
 * Says of a reference that fits nothing that its tracker is missing: where it begins with a kind of tracker, or with
 * what is no artifact either and then goes on as versions of artifacts do not, or only perhaps do.
 *
 * @throws {UserError} `tracker_unknown`; `tracked_id_missing` for a tracker's name without an id.
 */
export async function refuseUnconfigured(app: App, reference: string, error: UserError): Promise<void> {
  const [, name, id] = /^([a-z0-9][a-z0-9._-]*):(.*)$/is.exec(reference) ?? [];
  if (name === undefined || name === "sha256") return;
  const { trackers } = await app.registry();
  const { sections } = await app.trackers();
  if (id === "" && sections.some((section) => section.name === name)) {
    throw new UserError("tracked_id_missing", {
      what: `Cannot tell which run of ${name} is meant`,
      why: "an id is missing behind the colon",
      fix: [`see its runs: \`aero list --from ${name}\``],
    });
  }
  if (trackers.some((kind) => kind.name === name)) throw await unknownTracker(app, name);
  if (error.code === "artifact_not_found" && !/^(?:v\d+|latest|sha256:.*)$/s.test(id!)) {
    throw await unknownTracker(app, name, error.report.fix ?? []);
  }
  if (error.code !== "reference_invalid" || await isArtifact(app, name)) return;
  throw await unknownTracker(app, name, []);
}

async function isArtifact(app: App, name: string): Promise<boolean> {
  const { services: { catalog } } = await app.openProject();
  return (await catalog.names()).some((artifact) => artifact.name === name);
}

/** The id that a run of others gets when it is imported: the same each time. */
export function importedRunId(from: NamedTracker, id: string): RunId {
  const digest = digestOf(`aero imported run\n${from.use}\n${from.tracker.location}\n${id}`);
  return runIdFromBytes(Uint8Array.fromHex(digestHex(digest)));
}

async function requireStored(app: App, reference: string, run: RunId, foreign: ForeignRun): Promise<void> {
  const known = async () => (await app.index()).get(run) !== undefined;
  if (await known() || (await app.refreshIndex() && await known())) return;
  const what = `Cannot use the run ${JSON.stringify(reference)}`;
  if (foreign.aero === undefined) {
    throw new UserError("run_foreign", {
      what,
      why: "it was made without aero, which has no record of it",
      fix: [`\`aero tracker import ${reference}\``],
    });
  }
  const { services, config, outside } = await app.openProject();
  const { project } = foreign.aero;
  if (!outside && project !== config.project) {
    throw runElsewhere(reference, run, project);
  }
  throw runNotStored(reference, run, services.store.storage.location);
}

/** The error for a run of another project than this one. */
export function runElsewhere(reference: string, run: RunId, project: string): UserError {
  return new UserError("run_elsewhere", {
    what: `Cannot use the run ${JSON.stringify(reference)}`,
    why: `it is run ${run} of the project ${JSON.stringify(project)}`,
    fix: ["name it in that project, or in a directory that is in no project"],
  });
}

/** The error for a run that is known of, and of which the storage at `location` has no record. */
export function runNotStored(reference: string, run: RunId, location: string): UserError {
  return new UserError("run_not_stored", {
    what: `Cannot use the run ${JSON.stringify(reference)}`,
    why: `it is run ${run}, of which ${location} has no record`,
    fix: [
      "set the storage that it was recorded in: AERO_STORAGE and AERO_STORAGE_<OPTION>, or `storage` in a config",
      "see which is in force: `aero config show storage`",
    ],
  });
}
