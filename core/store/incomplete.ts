import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { readImport } from "../format/import_format.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import type { PendingVersion } from "../model/lineage.ts";
import type { RunRecord } from "../model/run.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { ObjectReference } from "./references.ts";
import { filesOf } from "../model/manifest.ts";
import { isStorageError, type StorageKey } from "../plugin/storage.ts";
import { importKey, PREFIX, versionKey } from "./keys.ts";
import { namedBy, objectsOfImage } from "./needed_objects.ts";
import type { Store } from "./store.ts";
import { getManifest } from "./tree.ts";
import { isRecordKey, isRemarkKey, runOfKey, type WaitingDocuments } from "./waiting_documents.ts";

/** Something that waits and cannot be sent, since bytes of it are neither here nor in the storage. */
export interface Incomplete {
  readonly kind: "run" | "version" | "image" | "document";
  /** For people: `run kxyzabcdefghijkl`, `a version of "model"`. */
  readonly name: string;
  /** Objects that are lost; empty if its own document is what is damaged. */
  readonly lost: readonly ObjectReference[];
  /** Why, for people. */
  readonly why: string;
  /** What brings it back. */
  readonly fix: readonly string[];
  /** Documents that wait with it. */
  readonly keys: readonly StorageKey[];
}

/** What can be sent, and what cannot. */
export interface Completeness {
  readonly incomplete: readonly Incomplete[];
  /** Objects that are to stay in the outbox for what cannot be sent; `all` if it is not known which. */
  readonly keeps: ReadonlySet<Digest> | "all";
}

/** A document with the objects that it needs. */
interface Unit {
  readonly kind: Incomplete["kind"];
  readonly name: string;
  readonly key: StorageKey;
  readonly fix: readonly string[];
  readonly needs: readonly ObjectReference[];
  /** Documents without which it cannot be sent. */
  readonly rests: readonly string[];
  /** What else keeps it from being sent. */
  readonly fault?: string;
}

/**
 * Tells what of all that waits lacks something: objects, or a document that it rests on.
 *
 * @param there Which of some objects are where they have to be.
 */
export async function findIncomplete(
  store: Store,
  documents: WaitingDocuments,
  there: (digests: readonly Digest[]) => Promise<ReadonlySet<Digest>>,
  options: OperationOptions,
): Promise<Completeness> {
  const units = await unitsOf(store, documents, options);
  const present = await there([...new Set(units.flatMap(({ needs }) => needs.map(({ digest }) => digest)))]);
  const found = new Map<string, Incomplete>();
  for (const { key, why } of documents.damaged) found.set(key, damagedDocument(key, why));
  // What lacks an object itself comes before what rests on it, however long the chain is.
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const unit of units) {
      if (found.has(unit.key)) continue;
      const resting = unit.rests.map((key) => found.get(key)).find((one) => one !== undefined);
      const own = unit.needs.filter(({ digest }) => !present.has(digest));
      if (own.length === 0 && resting === undefined && unit.fault === undefined) continue;
      const { kind, name, key, fix } = unit;
      const lost = [...new Map([...own, ...resting?.lost ?? []].map((one) => [one.digest, one])).values()];
      const why = own.length > 0 ? lacks(own) : unit.fault ?? `it rests on ${resting!.name}`;
      found.set(key, { kind, name, lost, why, fix: resting === undefined ? fix : resting.fix, keys: [key] });
    }
  }
  return {
    incomplete: [...found.values()].map((one) => withRemarks(one, documents)),
    keeps: documents.damaged.length > 0
      ? "all"
      : new Set(units.flatMap(({ key, needs }) => found.has(key) ? needs.map(({ digest }) => digest) : [])),
  };
}

async function unitsOf(
  store: Store,
  documents: WaitingDocuments,
  options: OperationOptions,
): Promise<Unit[]> {
  const damaged = new Set<string>(documents.damaged.map(({ key }) => key));
  // A manifest that cannot be read is what is lost then; it is asked for under its own digest.
  const tree = (manifest: Descriptor) =>
    orItself(manifest, async () => [manifest, ...filesOf(await getManifest(store, manifest, options))]);
  const units: Unit[] = [];
  for (const { key, value } of documents.images) {
    if (damaged.has(key)) continue;
    const { manifest } = value;
    const parts = await orItself(manifest, () => objectsOfImage(store, manifest, options));
    const inventory = value.inventory === undefined ? [] : [value.inventory];
    units.push({
      kind: "image",
      name: `the image ${value.image}`,
      key,
      fix: ["make it again: `aero build`"],
      needs: [...parts, ...inventory],
      rests: [],
    });
  }
  const images = new Map(documents.images.map(({ key, value }) => [value.manifest.digest, key]));
  const made = new Map<Digest, string[]>();
  for (const { key, value } of documents.versions) {
    const { manifest, origin } = value;
    if (origin.kind !== "run") made.set(manifest.digest, [...made.get(manifest.digest) ?? [], key]);
  }
  const records = new Map(
    [...documents.bytes.keys()].filter(isRecordKey).map((key) => [runOfKey(key)!, key]),
  );
  for (const { key, value } of documents.records) {
    if (damaged.has(key)) continue;
    const outputs = Object.values(value.outputs).map(({ manifest }) => tree(manifest));
    const inputs = Object.values(value.inputs).flatMap(({ manifest }) => made.get(manifest.digest) ?? []);
    const image = value.image && images.get(value.image.manifest.digest);
    units.push({
      ...aboutRun(value),
      key,
      // The bytes of a record are an object too, which tells whether they were altered.
      needs: [
        { digest: digestOf(documents.bytes.get(key)!) },
        ...namedBy(value),
        ...(await Promise.all(outputs)).flat(),
      ],
      rests: [versionKey(value.version), ...inputs, ...(image === undefined ? [] : [image])],
    });
  }
  for (const { key, value } of documents.versions) {
    if (damaged.has(key)) continue;
    const record = value.origin.kind === "run" ? records.get(value.origin.run) : undefined;
    const imported = value.origin.kind === "imported"
      ? importKey(value.manifest.digest, value.origin.record)
      : undefined;
    const isInPlace = imported === undefined || damaged.has(imported)
      ? false
      : await staysInPlace(store, imported, options);
    units.push({
      ...aboutVersion(value),
      key,
      needs: isInPlace ? [value.manifest] : await tree(value.manifest),
      rests: [record, imported].filter((rest) => rest !== undefined),
      ...(isInPlace === undefined ? { fault: `the record of its import, ${imported}, is lost` } : {}),
    });
  }
  return units;
}

/** Whether an import left its files where they were; `undefined` if its record is gone. */
async function staysInPlace(
  store: Store,
  key: StorageKey,
  options: OperationOptions,
): Promise<boolean | undefined> {
  try {
    return readImport(await store.readDocument(key, options)).inPlace;
  } catch (error) {
    if (isStorageError(error, "not_found")) return undefined;
    throw error;
  }
}

async function orItself(
  named: Descriptor,
  read: () => Promise<ObjectReference[]>,
): Promise<ObjectReference[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return [named];
  }
}

function aboutRun({ run, stage }: RunRecord): Pick<Unit, "kind" | "name" | "fix"> {
  return {
    kind: "run",
    name: `run ${run}`,
    fix: [
      `make it again: \`aero run ${stage} --force\``,
      `bring the image of stage ${stage} back into the storage: \`aero build\``,
    ],
  };
}

function aboutVersion({ artifact, origin }: PendingVersion): Pick<Unit, "kind" | "name" | "fix"> {
  const again = {
    run: `make it again: \`aero run --force\``,
    added: "add it again, which keeps what is missing: `aero data add`, then `aero push`",
    imported: "import it again, which keeps what is missing: `aero data import`, then `aero push`",
  };
  return { kind: "version", name: `a version of "${artifact}"`, fix: [again[origin.kind]] };
}

function damagedDocument(key: StorageKey, why: string): Incomplete {
  const run = runOfKey(key);
  const [, , artifact] = key.startsWith(PREFIX.pending) ? key.split("/") : [];
  const name = run !== undefined
    ? `run ${run}`
    : artifact === undefined
    ? `the document ${key}`
    : `a version of "${artifact}"`;
  return {
    kind: "document",
    name,
    lost: [],
    why: `${key} is damaged on this machine: ${why}`,
    fix: [],
    keys: [key],
  };
}

/** What was said of a run waits with it. */
function withRemarks(incomplete: Incomplete, { bytes }: WaitingDocuments): Incomplete {
  const [key] = incomplete.keys;
  const run = key!.endsWith("/record.json") ? runOfKey(key!) : undefined;
  if (run === undefined) return incomplete;
  const remarks = [...bytes.keys()].filter((other) => isRemarkKey(other) && runOfKey(other) === run);
  return { ...incomplete, keys: [...incomplete.keys, ...remarks] };
}

function lacks(lost: readonly ObjectReference[]): string {
  return lost.length === 1
    ? `the object ${lost[0]!.digest} is neither on this machine nor in the storage`
    : `${lost.length} objects are neither on this machine nor in the storage, such as ${lost[0]!.digest}`;
}
