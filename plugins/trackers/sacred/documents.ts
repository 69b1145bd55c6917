// deno-lint-ignore-file camelcase -- fields of documents are Sacred's
import type { Binary, Collection, Db, ObjectId } from "mongodb";
import type { RunId } from "../../../core/model/run_id.ts";
import type { EndState } from "../../../core/model/run.ts";
import type { JsonObject, JsonValue } from "../../../core/model/json.ts";

/** How far a run was sent; aero's own part of a run's document, which Sacred and Omniboard pass over. */
export interface SentMark {
  readonly run: RunId;
  /** Grows with each change of the document, so that of two writers one sees that it is late. */
  readonly revision: number;
  readonly events: number;
  readonly stdout: number;
  readonly stderr: number;
  readonly ended: boolean;
  /** Bytes that were cut from `captured_out`. */
  readonly cut: number;
}

/** What aero says of a run in `info`, where people see it. */
export interface AeroInfo {
  readonly run: RunId;
  readonly project: string;
  readonly version: string;
  readonly group: string;
  readonly grade: string;
  readonly storage: string;
  readonly branch?: string;
  readonly subject?: string;
  readonly parent?: string;
  readonly state?: EndState;
}

/**
 * A document of `runs`, as far as it is read here. Sacred writes all of it, others may not.
 *
 * @see sacred/observers/mongo.py of Sacred 0.8.7.
 */
export interface RunDocument {
  readonly _id: number;
  readonly status?: string;
  readonly command?: string;
  readonly start_time?: Date;
  readonly stop_time?: Date | null;
  readonly heartbeat?: Date | null;
  readonly experiment?: {
    readonly name?: string;
    readonly sources?: readonly (readonly [string, ObjectId])[];
    readonly repositories?: readonly { readonly url?: string; readonly commit?: string }[];
  };
  readonly host?: Readonly<Record<string, JsonValue>>;
  readonly config?: JsonObject;
  readonly meta?: { readonly comment?: string };
  readonly resources?: readonly (readonly [string, unknown])[];
  readonly artifacts?: readonly { readonly name: string; readonly file_id: ObjectId }[];
  readonly captured_out?: string;
  readonly info?: {
    readonly metrics?: readonly { readonly name: string; readonly id: string }[];
    readonly experiment_version?: string;
    readonly aero?: AeroInfo;
  };
  readonly omniboard?: { readonly tags?: readonly string[]; readonly notes?: string };
  readonly aero?: SentMark;
}

/** What aero keeps beside the points of a metric. */
export interface MetricMark {
  readonly run: RunId;
  /** The metric's own name. */
  readonly name: string;
  /** From 1. */
  readonly part: number;
  /** Points in this document, and in the parts before. */
  readonly points: number;
  readonly before: number;
  /** The event of the last point, and how many points of that event are in. */
  readonly event: number;
  readonly within: number;
  /** Places of points that came without a step: from, behind the last, from, … */
  readonly counted: readonly number[];
}

/** A document of `metrics`. */
export interface MetricDocument {
  readonly _id: ObjectId;
  readonly run_id: number;
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly timestamps: readonly Date[];
  readonly aero?: MetricMark;
}

/** A document of `fs.files`. @see GridFS specification, "Files Collection Documents" */
export interface FileDocument {
  readonly _id: ObjectId;
  readonly length: number;
  readonly chunkSize: number;
  readonly uploadDate: Date;
  readonly filename: string;
  readonly contentType?: string;
  readonly metadata?: JsonObject;
}

/** A document of `fs.chunks`; `size` is aero's own. */
export interface ChunkDocument {
  readonly _id: ObjectId;
  readonly files_id: ObjectId;
  readonly n: number;
  readonly data: Binary;
  readonly size?: number;
}

/** Which number a run has: one document for each run of aero, so that there is never a second number. */
export interface ClaimDocument {
  readonly _id: RunId;
  readonly number: number;
}

/** The collections of a Sacred database, and aero's own one. */
export interface Collections {
  readonly runs: Collection<RunDocument>;
  readonly metrics: Collection<MetricDocument>;
  readonly files: Collection<FileDocument>;
  readonly chunks: Collection<ChunkDocument>;
  readonly claims: Collection<ClaimDocument>;
}

/** The collections of a database. */
export function collectionsOf(database: Db): Collections {
  return {
    runs: database.collection("runs"),
    metrics: database.collection("metrics"),
    files: database.collection("fs.files"),
    chunks: database.collection("fs.chunks"),
    claims: database.collection("aero_runs"),
  };
}
