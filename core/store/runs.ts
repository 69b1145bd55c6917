import { CorruptionError, UserError } from "../errors.ts";
import { writeRunAnnotation } from "../format/annotation_format.ts";
import { digestOf } from "../format/digest_of.ts";
import { readExperimentVersion, writeExperimentVersion } from "../format/experiment_version_format.ts";
import { readRecord, writeRecord } from "../format/record_format.ts";
import { writeVerdict } from "../format/verdict_format.ts";
import type { RunAnnotation } from "../model/annotation.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { RunRecord, VerdictRecord } from "../model/run.ts";
import { isRunId, type RunId } from "../model/run_id.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, isStorageError, type StorageKey } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { listDocuments } from "./documents.ts";
import { PREFIX, recordKey, runAnnotationKey, verdictKey, versionKey } from "./keys.ts";
import { readNamed } from "./read_named.ts";
import { runAnnotationIn, verdictIn } from "./read_remarks.ts";
import type { Store } from "./store.ts";

/** A run that has a record. */
export interface ArchivedRun {
  readonly project: string;
  readonly run: RunId;
  /** When its record was stored, by the storage's clock; epoch milliseconds. */
  readonly storedAt: number;
}

/** Options of {@link RunArchive.history}. */
export interface HistoryOptions extends OperationOptions {
  /** Gets what {@link RunArchive.getRecord} would throw of a document, which is left out; without it, it is thrown. */
  readonly onDamage?: (error: CorruptionError) => void;
  /** Runs whose records are known and right, and are left out. */
  readonly has?: (run: RunId) => boolean;
}

const VERDICT = /\/verdicts\/[0-9a-f]{64}\.json$/;
const ANNOTATION = /\/annotations\/[0-9a-f]{64}\.json$/;
const HISTORY = /\/(?:record|(?:verdicts|annotations)\/[0-9a-f]{64})\.json$/;

/** All that a storage has of past runs. */
export interface RunHistory {
  readonly records: RunRecord[];
  readonly verdicts: VerdictRecord[];
  readonly annotations: RunAnnotation[];
}

/**
 * Experiment versions, records, and what is said of runs later, in a storage. All are immutable: storing one again is
 * the same as once.
 *
 * The bytes of a record are an object of the store too, so that a record whose bytes were altered is told from
 * one that was written so.
 */
export class RunArchive {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Stores an experiment version; its id. */
  async putVersion(version: ExperimentVersion, options: OperationOptions = {}): Promise<Digest> {
    const bytes = writeExperimentVersion(version);
    const id = digestOf(bytes);
    await this.#putOnce(versionKey(id), bytes, options);
    return id;
  }

  /**
   * Reads an experiment version and checks it against its id.
   *
   * @throws {CorruptionError} `version_missing`, `version_corrupt`, `experiment_version_invalid`.
   */
  async getVersion(id: Digest, options: OperationOptions = {}): Promise<ExperimentVersion> {
    const bytes = await this.#read(versionKey(id), options);
    if (bytes === undefined) {
      throw new CorruptionError("version_missing", {
        what: `Cannot read the experiment version ${id}`,
        why: `it is not in ${this.#store.storage.location}`,
        fix: ["`aero storage fsck`"],
      });
    }
    if (digestOf(bytes) !== id) {
      throw new CorruptionError("version_corrupt", {
        what: `Cannot read the experiment version ${id}`,
        why: `its bytes hash to ${digestOf(bytes)}`,
        fix: ["`aero storage fsck`"],
      });
    }
    return readExperimentVersion(bytes);
  }

  /** Reads several experiment versions, each once; as {@link getVersion}. */
  async getVersions(
    ids: readonly Digest[],
    options: OperationOptions = {},
  ): Promise<Map<Digest, ExperimentVersion>> {
    const distinct = [...new Set(ids)];
    const { maxConcurrency } = this.#store.storage.capabilities;
    const versions = await mapConcurrent(distinct, maxConcurrency, (id) => this.getVersion(id, options));
    return new Map(distinct.map((id, i) => [id, versions[i]!]));
  }

  /**
   * Stores the record of a run that has ended; all that it names is stored already.
   *
   * @throws {UserError} `record_exists` if the run has another record.
   */
  async putRecord(record: RunRecord, options: OperationOptions = {}): Promise<void> {
    const bytes = writeRecord(record);
    await this.#store.putBytes(bytes, MEDIA_TYPE.record, options);
    const there = await this.#putOnce(recordKey(record.project, record.run), bytes, options);
    if (there === undefined || digestOf(there) === digestOf(bytes)) return;
    throw new UserError("record_exists", {
      what: `Cannot store the record of run ${record.run}`,
      why: "it has another record already, and records never change",
    });
  }

  /**
   * Reads the record of a run; `undefined` if it has none.
   *
   * @throws {CorruptionError} `record_corrupt` if its bytes are not those that were stored, `record_invalid`.
   */
  async getRecord(
    project: string,
    run: RunId,
    options: OperationOptions = {},
  ): Promise<RunRecord | undefined> {
    const bytes = await this.#read(recordKey(project, run), options);
    if (bytes === undefined) return undefined;
    const record = readNamed({ object: { key: recordKey(project, run) }, bytes }, readRecord);
    if (record.run === run && await this.#isWhole(digestOf(bytes), options)) return record;
    throw recordCorrupt(run);
  }

  /** The record of a run; `undefined` also if it is not known here while the storage is away. */
  async knownRecord(
    project: string,
    run: RunId,
    options: OperationOptions = {},
  ): Promise<RunRecord | undefined> {
    return await this.#store.unlessAway(() => this.getRecord(project, run, options));
  }

  /** All runs that have a record, oldest first; of one project, or of all in this storage. */
  async listRuns(project?: string, options: OperationOptions = {}): Promise<ArchivedRun[]> {
    const prefix = project === undefined ? PREFIX.runs : `${PREFIX.runs}${project}/`;
    const runs: ArchivedRun[] = [];
    for await (const { key, modifiedAt } of this.#store.list(prefix, options)) {
      const [, owner, run, file] = key.split("/");
      if (file === "record.json" && isRunId(run!)) runs.push({ project: owner!, run, storedAt: modifiedAt });
    }
    return runs.sort((a, b) => a.storedAt - b.storedAt || (a.run < b.run ? -1 : 1));
  }

  /**
   * All records, in no order; those read before come from local knowledge.
   *
   * @param options.onDamage Gets what {@link getRecord} would throw of a record, which is left out; without it, it
   *   is thrown.
   */
  async records(project?: string, options: HistoryOptions = {}): Promise<RunRecord[]> {
    return (await this.history(project, options)).records;
  }

  /**
   * All records, verdicts and annotations, by one listing; those read before come from local knowledge.
   *
   * @param options.onDamage As of {@link records}.
   */
  async history(project?: string, options: HistoryOptions = {}): Promise<RunHistory> {
    const prefix = project === undefined ? PREFIX.runs : `${PREFIX.runs}${project}/`;
    const documents = await listDocuments(this.#store, prefix, HISTORY, options);
    const records = documents.filter(({ object }) => object.key.endsWith("/record.json"));
    const wanted = records.filter(({ object }) => !options.has?.(object.key.split("/")[2]! as RunId));
    const digests = wanted.map(({ bytes }) => digestOf(bytes));
    const stored = digests.length === 0 ? new Set() : await this.#store.hasMany(digests, options);
    const orDamage = <T>(read: () => T): T[] => {
      try {
        return [read()];
      } catch (error) {
        if (!(error instanceof CorruptionError) || options.onDamage === undefined) throw error;
        options.onDamage(error);
        return [];
      }
    };
    return {
      records: wanted.flatMap(({ object, bytes }, i) =>
        orDamage(() => {
          if (!stored.has(digests[i]!) && !this.#store.isAway) throw recordCorrupt(object.key.split("/")[2]!);
          return readNamed({ object, bytes }, readRecord);
        })
      ),
      verdicts: documents.filter(({ object }) => VERDICT.test(object.key)).flatMap((document) =>
        orDamage(() => verdictIn(document))
      ),
      annotations: documents.filter(({ object }) => ANNOTATION.test(object.key)).flatMap((document) =>
        orDamage(() => runAnnotationIn(document))
      ),
    };
  }

  /** Stores a verdict beside the record that it judges. */
  async putVerdict(project: string, verdict: VerdictRecord, options: OperationOptions = {}): Promise<void> {
    const bytes = writeVerdict(verdict);
    await this.#putOnce(verdictKey(project, verdict.run, digestOf(bytes)), bytes, options);
  }

  /**
   * All verdicts on a run, oldest first.
   *
   * @throws {CorruptionError} `verdict_corrupt` if the bytes of one do not match its name, `verdict_invalid`.
   */
  async verdicts(project: string, run: RunId, options: OperationOptions = {}): Promise<VerdictRecord[]> {
    const prefix = `${PREFIX.runs}${project}/${run}/verdicts/`;
    const documents = await listDocuments(this.#store, prefix, /\.json$/, options);
    return documents.map(verdictIn).sort((a, b) => a.at - b.at);
  }

  /** Stores tags and a note beside the record of a run, which may go on. */
  async putAnnotation(
    project: string,
    annotation: RunAnnotation,
    options: OperationOptions = {},
  ): Promise<void> {
    const bytes = writeRunAnnotation(annotation);
    await this.#putOnce(runAnnotationKey(project, annotation.run, digestOf(bytes)), bytes, options);
  }

  /**
   * All annotations of a run, in no order.
   *
   * @throws {CorruptionError} `run_annotation_corrupt` if the bytes of one do not match its name, `run_annotation_invalid`.
   */
  async annotations(project: string, run: RunId, options: OperationOptions = {}): Promise<RunAnnotation[]> {
    const prefix = `${PREFIX.runs}${project}/${run}/annotations/`;
    return (await listDocuments(this.#store, prefix, ANNOTATION, options)).map(runAnnotationIn);
  }

  /** Whether a record is as it was stored; what was known last is taken for that while the storage is away. */
  async #isWhole(digest: Digest, options: OperationOptions): Promise<boolean> {
    return await this.#store.has(digest, options) || this.#store.isAway;
  }

  /** Puts a document; the bytes that are there, if there are some already. */
  async #putOnce(
    key: StorageKey,
    bytes: Uint8Array,
    options: OperationOptions,
  ): Promise<Uint8Array | undefined> {
    try {
      await this.#store.storage.put(key, bytesBody(bytes), { ...options, ifAbsent: true });
      return undefined;
    } catch (error) {
      if (isStorageError(error, "exists")) return await this.#store.readDocument(key, options);
      throw error;
    }
  }

  async #read(key: StorageKey, options: OperationOptions): Promise<Uint8Array | undefined> {
    try {
      return await this.#store.readDocument(key, options);
    } catch (error) {
      if (isStorageError(error, "not_found")) return undefined;
      throw error;
    }
  }
}

function recordCorrupt(run: string): CorruptionError {
  return new CorruptionError("record_corrupt", {
    what: `Cannot read the record of run ${run}`,
    why: "its bytes are not those that were stored",
    fix: ["`aero storage fsck`"],
  });
}
