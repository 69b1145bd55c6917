import { OutsideError, UserError } from "../errors.ts";
import { type ArtifactAlias, readAlias, writeAlias } from "../format/alias_format.ts";
import { writeVersionAnnotation } from "../format/annotation_format.ts";
import { digestOf } from "../format/digest_of.ts";
import { readLabel, readPendingVersion, writeLabel, writePendingVersion } from "../format/label_format.ts";
import type { VersionAnnotation } from "../model/annotation.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { JsonObject } from "../model/json.ts";
import type { ArtifactLabel, KnownVersion, Origin, PendingVersion } from "../model/lineage.ts";
import type { ArtifactName, ArtifactReference } from "../model/name.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, isStorageError } from "../plugin/storage.ts";
import { selectLabel, unknownArtifact } from "./artifact_selection.ts";
import { listDocuments } from "./documents.ts";
import { aliasKey, labelKey, pendingKey, PREFIX, versionAnnotationKey } from "./keys.ts";
import { readNamed } from "./read_named.ts";
import { versionAnnotationIn } from "./read_remarks.ts";
import type { Store } from "./store.ts";
import { awayError } from "./wrap/away_error.ts";

/** A version to add. */
export interface NewVersion {
  readonly project: string;
  readonly name: string;
  /** Stored already, with all that it lists. */
  readonly manifest: Descriptor;
  readonly files: number;
  readonly bytes: number;
  readonly origin: Origin;
  readonly message?: string;
  readonly metadata?: JsonObject;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Options of calls that choose among labels. */
export interface LabelOptions extends OperationOptions {
  /** Whether a label may be relied on. Default: all may. */
  readonly accepts?: (label: KnownVersion) => Promise<boolean>;
}

/** Options of {@link ArtifactCatalog.addVersion}. */
export interface AddVersionOptions extends LabelOptions {
  /**
   * Which label may stand for content that is equal: `any`, for what a program made again; `newest`, for what a person
   * adds, who wants it to be the newest then. Default `any`.
   */
  readonly reuse?: "any" | "newest";
}

/** The labels and aliases of artifacts. Several processes may add versions of one artifact at once. */
export class ArtifactCatalog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Gives a version its label: the lowest number that nobody has.
   *
   * Content that has a label already keeps that one, as far as `options.reuse` says, newest first, and nothing is
   * added; but for a label that `options.accepts` says nobody should rely on. While the storage is away, or something
   * waits to be sent to it, the version is kept to get its label when it is sent.
   * @throws {TypeError} if the manifest is not stored: labels are written last.
   * @throws {OutsideError} `garbage_named` if a collection of garbage has condemned it meanwhile.
   */
  async addVersion(
    version: NewVersion,
    options: AddVersionOptions = {},
  ): Promise<{ label: KnownVersion; added: boolean }> {
    const { signal } = options;
    const scope = signal === undefined ? {} : { signal };
    if (!await this.#store.has(version.manifest.digest, { ...scope, lasting: true })) {
      if (await this.#store.has(version.manifest.digest, scope)) throw garbageNamed(version);
      throw new TypeError(`The manifest ${version.manifest.digest} is labelled before it is stored`);
    }
    let tried: ArtifactLabel | undefined;
    while (true) {
      options.signal?.throwIfAborted();
      const labels = await this.labels(version.project, version.name, options);
      // What was tried may have been written although its answer was lost.
      const own = labels.find((label) =>
        tried !== undefined && label.number !== undefined && equal(label, tried)
      );
      if (own) return { label: own, added: true };
      const candidates = options.reuse === "newest" ? labels.slice(-1) : labels;
      const equals = candidates.filter((label) => label.manifest.digest === version.manifest.digest);
      const same = await newestAccepted(equals, options);
      if (same) return { label: same, added: false };
      const { outbox } = this.#store;
      if (outbox?.isHolding) return { label: await this.#keepPending(version, options), added: true };
      tried = toLabel(version, (labels.at(-1)?.number ?? 0) + 1);
      if (await this.#store.unlessAway(() => this.#take(tried!, options))) {
        return { label: tried, added: true };
      }
    }
  }

  async #keepPending(version: NewVersion, options: OperationOptions): Promise<PendingVersion> {
    const { schema: _, number: __, ...rest } = toLabel(version, 1);
    const pending: PendingVersion = { schema: "aero/pending-version@1", ...rest };
    const bytes = writePendingVersion(pending);
    await this.#store.storage.put(pendingKey(pending, digestOf(bytes)), bytesBody(bytes), options);
    return pending;
  }

  /** Whether the label's number was free. */
  async #take(label: ArtifactLabel, options: OperationOptions): Promise<boolean> {
    const key = labelKey(label.project, label.artifact, label.number);
    try {
      await this.#store.storage.put(key, bytesBody(writeLabel(label)), { ...options, ifAbsent: true });
      return true;
    } catch (error) {
      if (isStorageError(error, "exists")) return false;
      throw error;
    }
  }

  /**
   * All labels of an artifact, oldest first; empty if there is no such artifact. Versions that wait here for their
   * label come last.
   */
  async labels(project: string, name: string, options: OperationOptions = {}): Promise<KnownVersion[]> {
    const prefix = `${PREFIX.artifacts}${project}/${name}/`;
    const documents = await listDocuments(this.#store, prefix, /\/v[1-9][0-9]*\.json$/, options);
    const labels = documents.map((document) => readNamed(document, readLabel))
      .sort((a, b) => a.number - b.number);
    return [...labels, ...await this.#pending(`${PREFIX.pending}${project}/${name}/`, options)];
  }

  async #pending(prefix: string, options: OperationOptions): Promise<PendingVersion[]> {
    const { outbox } = this.#store;
    if (!outbox?.isHolding) return [];
    const place = { storage: await outbox.outbox.storage(), knowledge: this.#store.knowledge };
    const documents = await listDocuments(place, prefix, /\.json$/, options);
    return documents.map((document) =>
      readNamed(document, readPendingVersion, [
        "send what else waits, and give it up: `aero push --drop-lost`",
      ])
    ).sort((a, b) => a.createdAt - b.createdAt);
  }

  /** All artifacts that have a label, sorted; of one project, or of all in this storage. */
  async names(project?: string, options: OperationOptions = {}): Promise<ArtifactName[]> {
    const prefix = project === undefined ? PREFIX.artifacts : `${PREFIX.artifacts}${project}/`;
    const found = new Map<string, ArtifactName>();
    const names = [this.#store.list(prefix, options)];
    if (this.#store.outbox?.isHolding) {
      names.push(this.#store.list(prefix.replace(PREFIX.artifacts, PREFIX.pending), options));
    }
    for (const { key } of (await Promise.all(names.map((listing) => Array.fromAsync(listing)))).flat()) {
      const parts = key.split("/");
      if (parts.length === 4) found.set(`${parts[1]}/${parts[2]}`, { project: parts[1]!, name: parts[2]! });
    }
    return [...found].sort(([a], [b]) => a < b ? -1 : 1).map(([, name]) => name);
  }

  /**
   * The label that a reference stands for now. The newest one is the newest that `options.accepts`; who names a
   * label gets it.
   *
   * @throws {UserError} `artifact_not_found`, `label_not_found`, `alias_not_found`, `digest_not_found`,
   * `digest_ambiguous`; {StorageError} `unavailable` if the storage is away and nothing is known of the artifact.
   */
  async resolve(reference: ArtifactReference, options: LabelOptions = {}): Promise<KnownVersion> {
    const { project, name } = reference.artifact;
    const labels = await this.labels(project, name, options);
    if (reference.version.by === "latest") {
      const newest = await newestAccepted(labels, options);
      if (newest) return newest;
      if (labels.length > 0) throw noneAccepted(name, labels.length);
    }
    if (labels.length === 0) {
      const { outbox } = this.#store;
      // What is known in part is never said to be absent.
      if (outbox?.isAway) throw awayError(`Cannot find the artifact ${JSON.stringify(name)}`, outbox);
      throw unknownArtifact(reference.artifact, await this.names(undefined, options));
    }
    if (reference.version.by !== "alias") return selectLabel(reference.artifact, reference.version, labels);
    const aliases = await this.aliases(project, name, options);
    const wanted = reference.version.alias;
    const alias = aliases.find((candidate) => candidate.alias === wanted);
    if (alias) {
      return selectLabel(reference.artifact, { by: "label", number: alias.number }, labels);
    }
    throw new UserError("alias_not_found", {
      what: `Cannot find the alias ${JSON.stringify(wanted)} of "${name}"`,
      why: aliases.length === 0
        ? "it has no alias"
        : `it has ${aliases.map((a) => `@${a.alias}`).join(", ")}`,
      fix: [`\`aero artifact alias set ${name}@${wanted} :v${labels.at(-1)!.number}\``],
    });
  }

  /** Moves an alias, or makes it. The label exists. */
  async setAlias(alias: Omit<ArtifactAlias, "schema">, options: OperationOptions = {}): Promise<void> {
    const key = aliasKey(alias.project, alias.artifact, alias.alias);
    await this.#store.storage.put(key, bytesBody(writeAlias({ schema: "aero/alias@1", ...alias })), options);
  }

  /** Removes an alias; one that is absent is removed already. */
  async removeAlias(
    { project, name }: ArtifactName,
    alias: string,
    options: OperationOptions = {},
  ): Promise<void> {
    await this.#store.storage.delete(aliasKey(project, name, alias), options);
  }

  /** All aliases of an artifact, sorted by name. */
  async aliases(project: string, name: string, options: OperationOptions = {}): Promise<ArtifactAlias[]> {
    const prefix = `${PREFIX.aliases}${project}/${name}/`;
    const aliases: ArtifactAlias[] = [];
    for await (const { key } of this.#store.list(prefix, options)) {
      const bytes = await this.#store.readDocument(key, options);
      aliases.push(readNamed({ object: { key }, bytes }, readAlias));
    }
    return aliases.sort((a, b) => a.alias < b.alias ? -1 : 1);
  }

  /** Stores a note or metadata beside a label that exists. */
  async annotate(annotation: VersionAnnotation, options: OperationOptions = {}): Promise<void> {
    const bytes = writeVersionAnnotation(annotation);
    const key = versionAnnotationKey(annotation, digestOf(bytes));
    await this.#store.storage.put(key, bytesBody(bytes), options);
  }

  /**
   * All annotations of an artifact's versions, in no order.
   *
   * @param number Only those of `v<number>`.
   * @throws {CorruptionError} `version_annotation_corrupt` if the bytes of one do not match its name,
   * `version_annotation_invalid`.
   */
  async annotations(
    { project, name }: ArtifactName,
    number?: number,
    options: OperationOptions = {},
  ): Promise<VersionAnnotation[]> {
    const prefix = `${PREFIX.artifacts}${project}/${name}/${
      number === undefined ? "" : `v${number}.annotations/`
    }`;
    const documents = await listDocuments(this.#store, prefix, /\.annotations\/[0-9a-f]{64}\.json$/, options);
    return documents.map(versionAnnotationIn);
  }
}

/** The newest of some labels, oldest first, that may be relied on. */
async function newestAccepted(
  labels: readonly KnownVersion[],
  { accepts }: LabelOptions,
): Promise<KnownVersion | undefined> {
  for (const label of labels.toReversed()) {
    if (accepts === undefined || await accepts(label)) return label;
  }
  return undefined;
}

function noneAccepted(name: string, count: number): UserError {
  return new UserError("artifact_not_found", {
    what: `Cannot find a version of the artifact "${name}"`,
    why: `${
      count === 1 ? "its only version is" : `all its ${count} versions are`
    } of runs that did not succeed`,
    fix: [`see them: \`aero artifact log ${name}\``, `name one: \`${name}:v1\``],
  });
}

/** Only who was stopped for days between storing and naming comes here. */
function garbageNamed({ name }: NewVersion): OutsideError {
  return new OutsideError("garbage_named", {
    what: `Cannot name a version of "${name}"`,
    why: "`aero storage gc` has taken what is stored of it for garbage meanwhile",
    fix: ["do it again: what is needed is stored anew"],
  }, { retryable: true });
}

function toLabel(version: NewVersion, number: number): ArtifactLabel {
  const { project, name, manifest, files, bytes, origin, message, metadata, createdAt } = version;
  return {
    schema: "aero/label@1",
    project,
    artifact: name,
    number,
    manifest,
    files,
    bytes,
    origin,
    ...(message === undefined ? {} : { message }),
    ...(metadata === undefined ? {} : { metadata }),
    createdAt,
  };
}

function equal(a: ArtifactLabel, b: ArtifactLabel): boolean {
  return writeLabel(a).toHex() === writeLabel(b).toHex();
}
