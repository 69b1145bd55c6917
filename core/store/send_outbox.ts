import { readImport } from "../format/import_format.ts";
import { readPendingVersion } from "../format/label_format.ts";
import { readRecord } from "../format/record_format.ts";
import { OutsideError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { ArtifactLabel, PendingVersion } from "../model/lineage.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, type Storage, type StoredObject } from "../plugin/storage.ts";
import { labelled } from "./artifact_selection.ts";
import { ArtifactCatalog, type LabelOptions } from "./artifacts.ts";
import { mapConcurrent } from "./concurrent.ts";
import { importKey, isDocumentKey, PREFIX } from "./keys.ts";
import { putIfAbsent } from "./marker.ts";
import { namedBy, objectsOfTree } from "./needed_objects.ts";
import { heldObjects, planObjects, sendObjects } from "./send_objects.ts";
import type { Store } from "./store.ts";
import { readAll } from "./verified_stream.ts";
import type { OutboxStorage } from "./wrap/outbox.ts";

/** How {@link sendOutbox} goes about it. */
export interface SendOptions extends LabelOptions {
  /** Which keys to send; all if absent. */
  readonly only?: ReadonlySet<string>;
  /** Asks what would be sent, and sends nothing. */
  readonly dryRun?: boolean;
  /** Told once how many bytes of objects are to be sent. */
  readonly onTotal?: (bytes: number) => void;
  /** Told of bytes of objects as they are sent. */
  readonly onSent?: (bytes: number) => void;
}

/** What was sent, or would be. */
export interface Sent {
  /** Objects that the storage lacked. */
  readonly objects: number;
  /** Their bytes, with what packs add. */
  readonly bytes: number;
  readonly runs: readonly RunId[];
  /** Labels that versions got; of a dry run, none. */
  readonly labels: readonly ArtifactLabel[];
  /** Versions that waited for a label. */
  readonly versions: number;
  /** Verdicts, tags and notes. */
  readonly remarks: number;
}

/**
 * Sends what waits in the outbox, and empties it of that.
 *
 * What the storage has already is not sent again, so that a push which was interrupted goes on where it stopped. The
 * order is that of all writes: objects, what names them, labels, records. Several may call this at once; one works at a
 * time.
 *
 * @throws {StorageError} as the storage fails: what is left still waits.
 * @throws {OutsideError} `push_incomplete` if the storage has lost what a run or a version relies on; that still waits.
 */
export async function sendOutbox(store: Store, options: SendOptions = {}): Promise<Sent> {
  const wrapper = store.outbox!;
  const { outbox } = wrapper;
  using _lock = await outbox.lock();
  const scope = options.signal === undefined ? {} : { signal: options.signal };
  const waiting = (await outbox.content(scope)).keys.filter(({ key }) => options.only?.has(key) ?? true);
  if (waiting.length === 0) {
    if (!options.dryRun && outbox.hasWaiting) await outbox.settle();
    wrapper.lookAgain();
    return { objects: 0, bytes: 0, runs: [], labels: [], versions: 0, remarks: 0 };
  }
  const held = await outbox.storage();
  const remote = await store.inStorageAlone();
  const plan = await planObjects(remote, await heldObjects(waiting, (pack) => outbox.entriesOf(pack)), scope);
  options.onTotal?.(plan.bytes);
  const documents = new Documents(held, waiting);
  const runs = documents.runs();
  const summary = {
    objects: plan.objects,
    bytes: plan.bytes,
    runs,
    versions: documents.under(PREFIX.pending).length,
    remarks: documents.under(PREFIX.runs, REMARK).length + documents.under(PREFIX.artifacts).length,
  };
  if (options.dryRun) return { ...summary, labels: [] };
  await sendObjects(held, remote, plan, { ...scope, observer: { sent: (bytes) => options.onSent?.(bytes) } });
  const records = await documents.records();
  for (const record of records.values()) await requireWhole(store, remote, record, scope);
  const versions = await documents.versions();
  for (const { version } of versions) await requireContent(store, remote, version, scope);
  const send = (object: StoredObject) => documents.send(object, wrapper, scope);
  const limit = remote.storage.capabilities.maxConcurrency;
  const early = [PREFIX.versions, PREFIX.imports, PREFIX.images].flatMap((prefix) => documents.under(prefix));
  await mapConcurrent(early, limit, send);
  const labels = await claimLabels(remote, documents, versions, options);
  // Labels are never in the outbox: these are what was said of versions that have theirs.
  await mapConcurrent(documents.under(PREFIX.artifacts), limit, send);
  await mapConcurrent(documents.under(PREFIX.runs, /\/record\.json$/), limit, send);
  await mapConcurrent(documents.under(PREFIX.runs, REMARK), limit, send);
  for (const { key } of waiting) await held.delete(key, scope);
  await outbox.settle();
  wrapper.lookAgain();
  return { ...summary, labels };
}

// What is said of runs.
const REMARK = /\/(?:verdicts|annotations)\//;

/** A version that waits for its label, and the document that says so. */
interface WaitingVersion {
  readonly object: StoredObject;
  readonly version: PendingVersion;
}

/** Documents that wait. */
class Documents {
  readonly #held: Storage;
  readonly #waiting: readonly StoredObject[];

  constructor(held: Storage, waiting: readonly StoredObject[]) {
    this.#held = held;
    this.#waiting = waiting.filter(({ key }) => isDocumentKey(key));
  }

  under(prefix: string, pattern?: RegExp): StoredObject[] {
    return this.#waiting.filter(({ key }) => key.startsWith(prefix) && (pattern?.test(key) ?? true));
  }

  runs(): RunId[] {
    return this.under(PREFIX.runs, /\/record\.json$/).map(({ key }) => key.split("/")[2]! as RunId);
  }

  async read({ key }: StoredObject): Promise<Uint8Array<ArrayBuffer>> {
    return await readAll(await this.#held.get(key));
  }

  async records(): Promise<Map<RunId, RunRecord>> {
    const objects = this.under(PREFIX.runs, /\/record\.json$/);
    const records = await Promise.all(objects.map(async (object) => readRecord(await this.read(object))));
    return new Map(records.map((record) => [record.run, record]));
  }

  /** Versions that wait for their label, oldest first. */
  async versions(): Promise<WaitingVersion[]> {
    const versions = await Promise.all(
      this.under(PREFIX.pending).map(async (object) => ({
        object,
        version: readPendingVersion(await this.read(object)),
      })),
    );
    return versions.sort((a, b) => a.version.createdAt - b.version.createdAt);
  }

  /** A kept image's document takes the place of an older one; all others are the same whoever writes them. */
  async send(object: StoredObject, wrapper: OutboxStorage, options: OperationOptions): Promise<void> {
    const bytes = await this.read(object);
    const body = bytesBody(bytes);
    if (object.key.startsWith(PREFIX.images)) await wrapper.remote.put(object.key, body, options);
    else await putIfAbsent(wrapper.remote, object.key, body, options);
    wrapper.noteSent(object.key, bytes);
    await this.done(object);
  }

  /** A document that was sent waits no longer. */
  async done({ key }: StoredObject): Promise<void> {
    await this.#held.delete(key);
  }
}

/** Gives versions their labels. */
async function claimLabels(
  remote: Store,
  documents: Documents,
  versions: readonly WaitingVersion[],
  { accepts, signal }: LabelOptions,
): Promise<ArtifactLabel[]> {
  const catalog = new ArtifactCatalog(remote);
  const labels: ArtifactLabel[] = [];
  for (const { object, version } of versions) {
    const { schema: _, artifact: name, number: __, ...rest } = version;
    const { label } = await catalog.addVersion({ ...rest, name }, {
      // As when it was made: what a person adds is to be the newest, what a program makes again is no new version.
      reuse: version.origin.kind === "run" ? "any" : "newest",
      ...(accepts === undefined ? {} : { accepts }),
      ...(signal === undefined ? {} : { signal }),
    });
    labels.push(labelled(label));
    await documents.done(object);
  }
  return labels;
}

/** Refuses to name a run in the storage that is not all there. */
async function requireWhole(
  store: Store,
  remote: Store,
  record: RunRecord,
  options: OperationOptions,
): Promise<void> {
  const needed = namedBy(record).map(({ digest }) => digest);
  for (const { manifest } of Object.values(record.outputs)) {
    needed.push(...await objectsOfTree(store, manifest, options));
  }
  await requireObjects(remote, needed, {
    name: `run ${record.run}`,
    fix: [
      `bring the image of stage ${record.stage} back into the storage: \`aero build\``,
      "`aero storage fsck`",
    ],
  }, options);
}

/** Refuses to label data in the storage that is not all there; what a run made is held to its run. */
async function requireContent(
  store: Store,
  remote: Store,
  { artifact, origin, manifest }: PendingVersion,
  options: OperationOptions,
): Promise<void> {
  if (origin.kind === "run") return;
  if (origin.kind === "imported") {
    const { inPlace } = readImport(
      await store.readDocument(importKey(manifest.digest, origin.record), options),
    );
    if (inPlace) return;
  }
  await requireObjects(remote, await objectsOfTree(store, manifest, options), {
    name: `a version of "${artifact}"`,
    fix: [
      "add it again, which keeps what is missing: `aero data add`, then `aero push`",
      "`aero storage fsck`",
    ],
  }, options);
}

async function requireObjects(
  remote: Store,
  needed: readonly Digest[],
  { name, fix }: { readonly name: string; readonly fix: readonly string[] },
  options: OperationOptions,
): Promise<void> {
  const all = new Set(needed);
  const there = await remote.catalog.present([...all], { ...options, lasting: true });
  const missing = [...all].filter((digest) => !there.has(digest));
  if (missing.length === 0) return;
  throw new OutsideError("push_incomplete", {
    what: `Cannot send ${name}`,
    why: `it relies on ${missing.length} ${
      missing.length === 1 ? "object" : "objects"
    } that ${remote.storage.location} had and has lost, such as ${missing[0]}`,
    fix,
  });
}
