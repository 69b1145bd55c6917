import type { App } from "../app.ts";
import { selectWaiting } from "../pipeline/outbox_selection.ts";
import { sendWaiting, waitingIn } from "../pipeline/send_waiting.ts";
import { labelName } from "../model/lineage.ts";
import { cachedObjects } from "./cached_objects.ts";
import { findStored, requireStorage } from "./find_stored.ts";

/** What was sent, or would be. */
export interface Pushed {
  readonly type: "push";
  readonly dryRun: boolean;
  /** Where to. */
  readonly storage: string;
  /** That the storage lacked. */
  readonly objects: number;
  /** Of these. */
  readonly bytes: number;
  readonly runs: readonly string[];
  /** Labels that versions got: `model:v3`. Of a dry run, none. */
  readonly labels: readonly string[];
  /** Versions that wait for a label, and got one unless this was a dry run. */
  readonly versions: number;
  /** Verdicts, tags and notes. */
  readonly remarks: number;
  /** How often the storage was asked, opening it included. */
  readonly requests: number;
  /** Objects and documents that still wait. */
  readonly left: number;
  /** What cannot be sent, since bytes of it are lost. */
  readonly incomplete: readonly Unsendable[];
}

/** Something that waits, or waited, and cannot be sent. */
export interface Unsendable {
  readonly kind: "run" | "version" | "image" | "document";
  /** `run kxyzabcdefghijkl`, `a version of "model"`. */
  readonly name: string;
  readonly why: string;
  readonly fix: readonly string[];
  /** Digests of the objects that are lost. */
  readonly lost: readonly string[];
  /** Whether it was given up, and waits no longer. */
  readonly dropped: boolean;
}

/**
 * Sends what waits on this machine.
 *
 * @param request.names Runs and artifacts; all that waits if empty.
 * @param request.dropLost Gives up what cannot be sent since bytes of it are lost; default false.
 * @throws {StorageError} as the storage fails; what is left still waits.
 */
export async function pushWaiting(
  app: App,
  request: { readonly names: readonly string[]; readonly dryRun: boolean; readonly dropLost?: boolean },
): Promise<Pushed> {
  const { dropLost = false } = request;
  const project = await app.openProject();
  const { services } = project;
  const { location } = services.store.storage;
  const asked = { type: "push", dryRun: request.dryRun, storage: location } as const;
  if ((await waitingIn(services)).objects === 0) {
    const requests = services.requests();
    return {
      ...asked,
      objects: 0,
      bytes: 0,
      runs: [],
      labels: [],
      versions: 0,
      remarks: 0,
      requests,
      left: 0,
      incomplete: [],
    };
  }
  requireStorage(project, "Cannot send what waits on this machine");
  const only = request.names.length === 0 ? undefined : await selectNamed(app, request.names);
  using progress = app.printer.progress({ label: "Sending", unit: "bytes" });
  const { objects, bytes, runs, labels, versions, remarks, incomplete } = await sendWaiting(services, {
    signal: app.signal,
    dryRun: request.dryRun,
    dropLost,
    sources: [cachedObjects(project.cacheDirectory)],
    onTotal: (total) => progress.setTotal(total),
    onSent: (sent) => progress.add(sent),
    ...(only === undefined ? {} : { only }),
  });
  return {
    ...asked,
    objects,
    bytes,
    runs,
    labels: labels.map((label) => `${label.artifact}:${labelName(label)}`),
    versions,
    remarks,
    requests: services.requests(),
    left: (await waitingIn(services)).objects,
    incomplete: incomplete.map(({ kind, name, why, fix, lost }) => ({
      kind,
      name,
      why,
      fix,
      lost: lost.map(({ digest }) => digest),
      dropped: dropLost && !request.dryRun,
    })),
  };
}

async function selectNamed(app: App, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { services } = await app.openProject();
  const wanted = [];
  for (const name of names) {
    const found = await findStored(app, name);
    wanted.push("run" in found ? found : { artifact: found.reference.artifact });
  }
  return await selectWaiting(services, wanted);
}
