import { digestOf } from "../format/digest_of.ts";
import { readPendingVersion } from "../format/label_format.ts";
import { readRecord } from "../format/record_format.ts";
import { CorruptionError } from "../errors.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import type { ArtifactName } from "../model/name.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { StorageKey, StoredObject } from "../plugin/storage.ts";
import { digestOfObjectKey, digestOfPackKey, imageKey, PREFIX, versionKey } from "../store/keys.ts";
import { namedBy, objectsOfImage, objectsOfTree } from "../store/needed_objects.ts";
import { readAll } from "../store/verified_stream.ts";
import type { RunServices } from "./run_services.ts";

/** What a person wants to be sent. */
export type Wanted = { readonly run: RunId } | { readonly artifact: ArtifactName };

/**
 * The keys in the outbox that runs and artifacts need; those of other runs stay out, but for objects that share a pack
 * with what is wanted. Empty if nothing of them waits.
 */
export async function selectWaiting(
  { store, archive }: Pick<RunServices, "store" | "archive">,
  wanted: readonly Wanted[],
): Promise<Set<string>> {
  const { outbox } = store.outbox!;
  const { keys } = await outbox.content();
  const held = await outbox.storage();
  const read = async ({ key }: StoredObject) => await readAll(await held.get(key));
  const chosen = new Set<string>();
  const digests = new Set<Digest>();
  const runs = new Set(wanted.flatMap((one) => "run" in one ? [one.run] : []));
  const artifacts = wanted.flatMap((one) => "artifact" in one ? [one.artifact] : []);
  for (const object of keys.filter(({ key }) => key.startsWith(PREFIX.pending))) {
    const version = unlessDamaged(readPendingVersion, await read(object));
    if (version === undefined) continue;
    const { origin } = version;
    const isWanted = artifacts.some(({ project, name }) =>
      project === version.project && name === version.artifact
    );
    if (!isWanted && !(origin.kind === "run" && runs.has(origin.run))) continue;
    chosen.add(object.key);
    // A label that names a run is relied on only once that run is recorded.
    if (origin.kind === "run") runs.add(origin.run);
    for (const digest of await treeOrItself(version.manifest)) digests.add(digest);
  }
  for (const { project, name } of artifacts) {
    const said = keys.filter(({ key }) => key.startsWith(`${PREFIX.artifacts}${project}/${name}/`));
    for (const { key } of said) chosen.add(key);
  }
  for (const object of keys.filter(({ key }) => key.startsWith(PREFIX.runs))) {
    if (!runs.has(object.key.split("/")[2]! as RunId)) continue;
    chosen.add(object.key);
    if (!object.key.endsWith("/record.json")) continue;
    const record = unlessDamaged(readRecord, await read(object));
    if (record === undefined) continue;
    for (const digest of await objectsOfRun(record)) digests.add(digest);
  }
  for (const object of keys) {
    const digest = digestOfObjectKey(object.key), pack = digestOfPackKey(object.key);
    if (digest !== undefined && digests.has(digest)) chosen.add(object.key);
    if (pack === undefined) continue;
    const entries = await outbox.entriesOf(pack);
    if (entries.some((entry) => digests.has(entry.digest))) chosen.add(object.key);
  }
  return chosen.size === 0
    ? chosen
    : new Set([...chosen].filter((key) => keys.some((one) => one.key === key)));

  /** What is lost of it is found out when it is sent. */
  async function treeOrItself(manifest: Descriptor): Promise<Digest[]> {
    try {
      return await objectsOfTree(store, manifest);
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      return [manifest.digest];
    }
  }

  async function objectsOfRun(record: RunRecord): Promise<Digest[]> {
    chosen.add(versionKey(record.version));
    const version = await archive.getVersion(record.version);
    if (version.environment.kind === "container") {
      chosen.add(imageKey(version.environment.image) as StorageKey);
    }
    const trees = Object.values(record.outputs).map(({ manifest }) => treeOrItself(manifest));
    const image = record.image && await store.unlessAway(() => objectsOfImage(store, record.image!.manifest));
    // The bytes of the record are an object too.
    const own = keys.filter(({ key }) => key.endsWith(`${record.run}/record.json`));
    return [
      ...namedBy(record).map(({ digest }) => digest),
      ...(await Promise.all(trees)).flat(),
      ...(image ?? []).map(({ digest }) => digest),
      ...await Promise.all(own.map(async (object) => digestOf(await read(object)))),
    ];
  }
}

/** What a document says; `undefined` if it is damaged, which is told when all that waits is sent. */
function unlessDamaged<T>(read: (bytes: Uint8Array) => T, bytes: Uint8Array): T | undefined {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof CorruptionError) return undefined;
    throw error;
  }
}
