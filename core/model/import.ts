import type { Digest } from "./digest.ts";
import type { JsonObject } from "./json.ts";
import type { RelativePath } from "./relative_path.ts";

/** Where data came from, or is still: an address outside the storage, and what it takes to open it. */
export interface DataOrigin {
  /** Without credentials, query and fragment. */
  readonly url: string;
  /** What the data source needs beside the address, such as the endpoint of a service; no secret. */
  readonly options: JsonObject;
}

/** One file at the place that it came from. */
export interface ImportedFile {
  /** Its path in the artifact. */
  readonly path: RelativePath;
  /** Address of its bytes. */
  readonly url: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Names these very bytes for ever at a source that keeps versions. */
  readonly version?: string;
  /** What the source says changes with the bytes; compared, never trusted. */
  readonly etag?: string;
}

/** What the files of one version of an artifact were at their source when they were imported. */
export interface ImportRecord {
  readonly schema: "aero/import@1";
  /** The manifest's digest. */
  readonly manifest: Digest;
  readonly origin: DataOrigin;
  /** Whether the bytes stay at the source: the storage need not have them. */
  readonly inPlace: boolean;
  /** Sorted by the bytes of the path. */
  readonly files: readonly ImportedFile[];
}
