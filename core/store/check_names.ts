import { AeroError } from "../errors.ts";
import { readAlias } from "../format/alias_format.ts";
import { digestOf } from "../format/digest_of.ts";
import { experimentVersionId, readExperimentVersion } from "../format/experiment_version_format.ts";
import { readKeptImage } from "../format/image_format.ts";
import { readImageManifest } from "../format/image_manifest_format.ts";
import { readLabel } from "../format/label_format.ts";
import { readManifest } from "../format/manifest_format.ts";
import { readRecord } from "../format/record_format.ts";
import { readVerdict } from "../format/verdict_format.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import { filesOf } from "../model/manifest.ts";
import type { RunRecord } from "../model/run.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Finding } from "./check.ts";
import { aliasKey, imageKey, labelKey, PREFIX, recordKey, verdictKey, versionKey } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Checks that all that documents name is there.
 *
 * @param sound The objects whose bytes were found right, with their sizes in bytes.
 */
export async function* checkNames(
  store: Store,
  sound: ReadonlyMap<Digest, number>,
  options: OperationOptions,
): AsyncGenerator<Finding> {
  const check = new NameCheck(store, sound, options);
  const prefixes = [PREFIX.versions, PREFIX.artifacts, PREFIX.aliases, PREFIX.runs, PREFIX.images];
  for (const prefix of prefixes) {
    for await (const { key } of store.storage.list(prefix, options)) {
      check.keys.add(key);
    }
  }
  for (const key of check.keys) {
    try {
      await check.document(key);
    } catch (error) {
      if (!(error instanceof AeroError) || error.kind === "outside") throw error;
      check.note("document_corrupt", key, `${key}: ${error.message}`);
    }
    yield* check.findings.splice(0);
  }
  check.labelGaps();
  yield* check.findings;
}

class NameCheck {
  readonly keys = new Set<string>();
  readonly findings: Finding[] = [];
  readonly #store: Store;
  readonly #sound: ReadonlyMap<Digest, number>;
  readonly #options: OperationOptions;
  readonly #seen = new Set<Digest>();

  constructor(store: Store, sound: ReadonlyMap<Digest, number>, options: OperationOptions) {
    this.#store = store;
    this.#sound = sound;
    this.#options = options;
  }

  note(kind: Finding["kind"], key: string, message: string): void {
    this.findings.push({ kind, key, message });
  }

  async document(key: string): Promise<void> {
    const bytes = await this.#store.readDocument(key as Parameters<Store["readDocument"]>[0], this.#options);
    if (key.startsWith(PREFIX.versions)) {
      this.#mustBe(key, versionKey(experimentVersionId(readExperimentVersion(bytes))));
    } else if (key.startsWith(PREFIX.artifacts)) await this.#label(key, bytes);
    else if (key.startsWith(PREFIX.aliases)) this.#alias(key, bytes);
    else if (key.endsWith("/record.json")) await this.#record(key, bytes);
    else if (key.includes("/verdicts/")) this.#verdict(key, bytes);
    else if (key.startsWith(PREFIX.images)) await this.#keptImage(key, bytes);
    else this.note("key_unknown", key, `${key} is not a key of a store`);
  }

  async #label(key: string, bytes: Uint8Array): Promise<void> {
    const label = readLabel(bytes);
    this.#mustBe(key, labelKey(label.project, label.artifact, label.number));
    await this.#tree(key, label.manifest);
  }

  #alias(key: string, bytes: Uint8Array): void {
    const { project, artifact, alias, number } = readAlias(bytes);
    this.#mustBe(key, aliasKey(project, artifact, alias));
    this.#mustHave(key, labelKey(project, artifact, number));
  }

  async #record(key: string, bytes: Uint8Array): Promise<void> {
    const record = readRecord(bytes);
    this.#mustBe(key, recordKey(record.project, record.run));
    this.#mustHave(key, versionKey(record.version));
    if (!this.#sound.has(digestOf(bytes))) {
      this.note("document_corrupt", key, `the bytes of ${key} are not those that were stored`);
    }
    for (const object of objectsOf(record)) this.#object(key, object);
    for (const { manifest } of [...Object.values(record.inputs), ...Object.values(record.outputs)]) {
      await this.#tree(key, manifest);
    }
    if (record.image) await this.#image(key, record.image.manifest);
  }

  #verdict(key: string, bytes: Uint8Array): void {
    const verdict = readVerdict(bytes);
    const project = key.split("/")[1]!;
    this.#mustBe(key, verdictKey(project, verdict.run, digestOf(bytes)));
    this.#mustHave(key, recordKey(project, verdict.run));
  }

  async #keptImage(key: string, bytes: Uint8Array): Promise<void> {
    const { image, manifest, inventory } = readKeptImage(bytes);
    this.#mustBe(key, imageKey(image));
    if (inventory !== undefined) this.#object(key, inventory);
    await this.#image(key, manifest);
  }

  async #tree(key: string, manifest: Descriptor): Promise<void> {
    if (!this.#object(key, manifest) || this.#isSeen(manifest)) return;
    const content = readManifest(await this.#store.getBytes(manifest, this.#options));
    for (const file of filesOf(content)) this.#object(`${key} (${file.path})`, file);
  }

  async #image(key: string, manifest: Descriptor): Promise<void> {
    if (!this.#object(key, manifest) || this.#isSeen(manifest)) return;
    const image = readImageManifest(await this.#store.getBytes(manifest, this.#options));
    for (const object of [image.config, ...image.layers]) this.#object(key, object);
  }

  #isSeen({ digest }: Descriptor): boolean {
    const seen = this.#seen.has(digest);
    this.#seen.add(digest);
    return seen;
  }

  #object(lister: string, object: { readonly digest: Digest; readonly size: number }): boolean {
    const size = this.#sound.get(object.digest);
    if (size === object.size) return true;
    const state = size === undefined ? "is not stored whole" : `has ${size} bytes`;
    this.note(
      "object_missing",
      object.digest,
      `${lister} lists ${object.digest} of ${object.size} bytes, which ${state}`,
    );
    return false;
  }

  #mustBe(key: string, wanted: string): void {
    if (key !== wanted) this.note("document_corrupt", key, `${key} holds what belongs at ${wanted}`);
  }

  #mustHave(key: string, wanted: string): void {
    if (!this.keys.has(wanted)) {
      this.note("document_missing", wanted, `${key} names ${wanted}, which is not there`);
    }
  }

  labelGaps(): void {
    for (const key of this.keys) {
      const label = /^(artifacts\/[^/]+\/[^/]+)\/v([1-9][0-9]*)\.json$/.exec(key);
      const before = label && `${label[1]}/v${Number(label[2]) - 1}.json`;
      if (!before || label[2] === "1" || this.keys.has(before)) continue;
      this.note("label_gap", before, `${key} is there, and ${before} is not`);
    }
  }
}

function objectsOf(record: RunRecord): Descriptor[] {
  const { source, image, logs, journal } = record;
  const some = [image?.inventory, logs.stdout, logs.stderr].filter((object) => object !== undefined);
  return [...source.packs, journal, ...some];
}
