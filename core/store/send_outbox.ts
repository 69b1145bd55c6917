import type { ObjectReference } from "./references.ts";
import type { Digest } from "../model/digest.ts";
import type { ArtifactLabel } from "../model/lineage.ts";
import type { RunId } from "../model/run_id.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, type Storage, type StorageKey, type StoredObject } from "../plugin/storage.ts";
import { labelled } from "./artifact_selection.ts";
import { ArtifactCatalog, type LabelOptions } from "./artifacts.ts";
import { mapConcurrent } from "./concurrent.ts";
import { fetchObject } from "./fetch_object.ts";
import { type Completeness, findIncomplete, type Incomplete } from "./incomplete.ts";
import { digestOfObjectKey, digestOfPackKey, isDocumentKey, PREFIX } from "./keys.ts";
import { putIfAbsent } from "./marker.ts";
import type { ObjectSource } from "./object_sources.ts";
import type { Outbox } from "./outbox.ts";
import { salvageHeld } from "./salvage_held.ts";
import { heldObjects, type ObjectPlan, planObjects, sendObjects } from "./send_objects.ts";
import type { Store } from "./store.ts";
import {
  isRecordKey,
  isRemarkKey,
  readWaiting,
  runOfKey,
  type WaitingDocuments,
} from "./waiting_documents.ts";
import type { OutboxStorage } from "./wrap/outbox.ts";

/** How {@link sendOutbox} goes about it. */
export interface SendOptions extends LabelOptions {
  /** Which keys to send; all if absent. */
  readonly only?: ReadonlySet<string>;
  /** Asks what would be sent, and sends nothing. */
  readonly dryRun?: boolean;
  /** Gives up what cannot be sent since bytes of it are lost: it waits no longer. */
  readonly dropLost?: boolean;
  /** Where lost objects are looked for before what needs them is held back. */
  readonly sources?: readonly ObjectSource[];
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
  /** What was not sent, since bytes of it are lost; it still waits, unless it was to be dropped. */
  readonly incomplete: readonly Incomplete[];
}

const NOTHING: Sent = { objects: 0, bytes: 0, runs: [], labels: [], versions: 0, remarks: 0, incomplete: [] };

/**
 * Sends what waits in the outbox, and empties it of that.
 *
 * What the storage has already is not sent again, so that a push which was interrupted goes on where it stopped. The
 * order is that of all writes: objects, what names them, labels, records. What needs bytes that are lost is held back, with
 * what rests on it; all else is sent. Several may call this at once; one works at a time.
 *
 * @throws {StorageError} as the storage fails: what is left still waits.
 */
export async function sendOutbox(store: Store, options: SendOptions = {}): Promise<Sent> {
  const wrapper = store.outbox!;
  const { outbox } = wrapper;
  const scope = options.signal === undefined ? {} : { signal: options.signal };
  using _lock = await outbox.lock(scope);
  const waiting = (await outbox.content(scope)).keys.filter(({ key }) => options.only?.has(key) ?? true);
  if (waiting.length === 0) {
    if (!options.dryRun && outbox.hasWaiting) await outbox.settle();
    wrapper.lookAgain();
    return NOTHING;
  }
  const sending = await Sending.begin(store, wrapper, waiting, options);
  if (options.dryRun) return await sending.outlook();
  const sent = await sending.send();
  await outbox.settle();
  wrapper.lookAgain();
  return sent;
}

class Sending {
  readonly #store: Store;
  readonly #remote: Store;
  readonly #wrapper: OutboxStorage;
  readonly #outbox: Outbox;
  readonly #held: Storage;
  readonly #options: SendOptions;
  readonly #scope: OperationOptions;
  #waiting: readonly StoredObject[];

  private constructor(
    store: Store,
    remote: Store,
    wrapper: OutboxStorage,
    held: Storage,
    waiting: readonly StoredObject[],
    options: SendOptions,
  ) {
    this.#store = store;
    this.#remote = remote;
    this.#wrapper = wrapper;
    this.#outbox = wrapper.outbox;
    this.#held = held;
    this.#waiting = waiting;
    this.#options = options;
    this.#scope = options.signal === undefined ? {} : { signal: options.signal };
  }

  static async begin(
    store: Store,
    wrapper: OutboxStorage,
    waiting: readonly StoredObject[],
    options: SendOptions,
  ): Promise<Sending> {
    const held = await wrapper.outbox.storage();
    return new Sending(store, await store.inStorageAlone(), wrapper, held, waiting, options);
  }

  /** What would be sent. Bytes that are here are not read, so that damage in them is not seen. */
  async outlook(): Promise<Sent> {
    const plan = await this.#plan();
    this.#options.onTotal?.(plan.bytes);
    const documents = await readWaiting(this.#outbox, this.#waiting, this.#scope);
    const { loose, packs } = await this.#heldObjects();
    const here = new Set([
      ...loose.map(({ key }) => digestOfObjectKey(key)!),
      ...packs.flatMap(({ entries }) => entries.map(({ digest }) => digest)),
    ]);
    const { incomplete } = await this.#complete(documents, here);
    return {
      ...NOTHING,
      objects: plan.objects,
      bytes: plan.bytes,
      ...counted(documents, incomplete),
      incomplete,
    };
  }

  async send(): Promise<Sent> {
    const { objects, bytes } = await this.#sendObjects();
    const documents = await readWaiting(this.#outbox, this.#waiting, this.#scope);
    let completeness = await this.#complete(documents, new Set());
    if (await this.#findElsewhere(completeness)) completeness = await this.#complete(documents, new Set());
    const { incomplete } = completeness;
    const labels = await this.#sendDocuments(documents, incomplete);
    await this.#empty(documents, completeness);
    return { objects, bytes, ...counted(documents, incomplete), labels, incomplete };
  }

  /** Sends all objects that are whole; what was damaged is gone from the outbox afterwards. */
  async #sendObjects(): Promise<{ objects: number; bytes: number }> {
    const plan = await this.#plan();
    this.#options.onTotal?.(plan.bytes);
    const observer = { sent: (bytes: number) => this.#options.onSent?.(bytes) };
    const wrong = await sendObjects(this.#held, this.#remote, plan, { ...this.#scope, observer });
    if (wrong.length > 0 && await salvageHeld(this.#outbox, wrong, this.#scope)) {
      const before = new Set(this.#waiting.map(({ key }) => key));
      const now = (await this.#outbox.content(this.#scope)).keys;
      // What another process puts in meanwhile may come along: it is whole, and no name of it is sent yet.
      this.#waiting = [
        ...this.#waiting,
        ...now.filter(({ key }) => !before.has(key) && digestOfPackKey(key) !== undefined),
      ];
      const there = new Set(now.map(({ key }) => key));
      this.#waiting = this.#waiting.filter(({ key }) => there.has(key));
      await sendObjects(this.#held, this.#remote, await this.#plan(), { ...this.#scope, observer });
    }
    return { objects: plan.objects, bytes: plan.bytes };
  }

  /** Has lost objects from where copies of them may be; whether any was found. */
  async #findElsewhere({ incomplete }: Completeness): Promise<boolean> {
    const { sources = [] } = this.#options;
    const lost = new Map<Digest, ObjectReference>();
    for (const one of incomplete) for (const object of one.lost) lost.set(object.digest, object);
    let found = false;
    for (const object of sources.length === 0 ? [] : lost.values()) {
      const fetched = await fetchObject(this.#remote, object, sources, { ...this.#scope, replace: false });
      found ||= fetched !== undefined;
    }
    return found;
  }

  async #sendDocuments(
    documents: WaitingDocuments,
    incomplete: readonly Incomplete[],
  ): Promise<ArtifactLabel[]> {
    const heldBack = new Set<string>(incomplete.flatMap(({ keys }) => keys));
    const keys = [...documents.bytes.keys()].filter((key) => !heldBack.has(key));
    const send = (key: StorageKey) => this.#sendDocument(key, documents.bytes.get(key)!);
    const limit = this.#remote.storage.capabilities.maxConcurrency;
    const early = [PREFIX.versions, PREFIX.imports, PREFIX.images];
    await mapConcurrent(keys.filter((key) => early.some((prefix) => key.startsWith(prefix))), limit, send);
    const labels = await this.#claimLabels(
      documents.versions.filter(({ key }) => !heldBack.has(key)),
      documents,
    );
    // Labels are never in the outbox: these are what was said of versions that have theirs.
    await mapConcurrent(keys.filter((key) => key.startsWith(PREFIX.artifacts)), limit, send);
    await mapConcurrent(keys.filter(isRecordKey), limit, send);
    await mapConcurrent(
      keys.filter((key) => isRemarkKey(key) && !key.startsWith(PREFIX.artifacts)),
      limit,
      send,
    );
    return labels;
  }

  /** A kept image's document takes the place of an older one; all others are the same whoever writes them. */
  async #sendDocument(key: StorageKey, bytes: Uint8Array): Promise<void> {
    const body = bytesBody(bytes);
    const { remote } = this.#wrapper;
    if (key.startsWith(PREFIX.images)) await remote.put(key, body, this.#scope);
    else await putIfAbsent(remote, key, body, this.#scope);
    this.#wrapper.noteSent(key, bytes);
    await this.#outbox.removeSent(key, bytes, this.#scope);
  }

  /** Gives versions their labels. */
  async #claimLabels(
    versions: WaitingDocuments["versions"],
    { bytes }: WaitingDocuments,
  ): Promise<ArtifactLabel[]> {
    const { accepts } = this.#options;
    const catalog = new ArtifactCatalog(this.#remote);
    const labels: ArtifactLabel[] = [];
    for (const { key, value: version } of versions) {
      const { schema: _, artifact: name, number: __, ...rest } = version;
      const { label } = await catalog.addVersion({ ...rest, name }, {
        // As when it was made: what a person adds is to be the newest, what a program makes again is no new version.
        reuse: version.origin.kind === "run" ? "any" : "newest",
        ...(accepts === undefined ? {} : { accepts }),
        ...this.#scope,
      });
      labels.push(labelled(label));
      await this.#outbox.removeSent(key, bytes.get(key)!, this.#scope);
    }
    return labels;
  }

  /** Removes what was sent and nothing waits for, and what was given up. */
  async #empty({ bytes }: WaitingDocuments, { incomplete, keeps }: Completeness): Promise<void> {
    if (this.#options.dropLost) {
      for (const key of incomplete.flatMap(({ keys }) => keys)) {
        await this.#outbox.removeSent(key, bytes.get(key)!, this.#scope);
      }
    }
    const kept = this.#options.dropLost ? new Set<Digest>() : keeps;
    const isKept = (digest: Digest) => kept === "all" || kept.has(digest);
    for (const { key } of this.#waiting.filter(({ key }) => !isDocumentKey(key))) {
      const digest = digestOfObjectKey(key), pack = digestOfPackKey(key);
      if (digest !== undefined && isKept(digest)) continue;
      if (pack !== undefined && (await this.#outbox.entriesOf(pack)).some((entry) => isKept(entry.digest))) {
        continue;
      }
      await this.#held.delete(key, this.#scope);
    }
  }

  /** @param here Objects that would be sent. */
  async #complete(documents: WaitingDocuments, here: ReadonlySet<Digest>): Promise<Completeness> {
    return await findIncomplete(this.#store, documents, async (digests) => {
      const asked = digests.filter((digest) => !here.has(digest));
      return here.union(await this.#remote.catalog.present(asked, { ...this.#scope, lasting: true }));
    }, this.#scope);
  }

  #heldObjects() {
    return heldObjects(this.#waiting, (pack) => this.#outbox.entriesOf(pack));
  }

  async #plan(): Promise<ObjectPlan> {
    return await planObjects(this.#remote, await this.#heldObjects(), this.#scope);
  }
}

/** How much of what waits can be sent. */
function counted(
  { bytes, versions }: WaitingDocuments,
  incomplete: readonly Incomplete[],
): Pick<Sent, "runs" | "versions" | "remarks"> {
  const heldBack = new Set<string>(incomplete.flatMap(({ keys }) => keys));
  const keys = [...bytes.keys()].filter((key) => !heldBack.has(key));
  return {
    runs: keys.filter(isRecordKey).map((key) => runOfKey(key)!),
    versions: versions.filter(({ key }) => !heldBack.has(key)).length,
    remarks: keys.filter(isRemarkKey).length,
  };
}
