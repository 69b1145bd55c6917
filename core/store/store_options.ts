import type { OperationOptions } from "../plugin/context.ts";
import type { Storage } from "../plugin/storage.ts";
import type { OpenSource } from "./imports.ts";
import type { LocalObjects } from "./local_objects.ts";

/** What a store is opened with. */
export interface StoreOptions {
  /** Stays the caller's to close. */
  readonly storage: Storage;
  /** File of local knowledge that can be rebuilt from the storage; made if absent. One for each storage. */
  readonly index: string;
  /** For files that are on their way into a storage that has no staging directory. */
  readonly scratchDirectory: string;
  readonly signal: AbortSignal;
  /** Most Workers that hash and write at once. Default: one for each core, at most 4. */
  readonly workers?: number;
  /** Copies that are asked before the storage is. */
  readonly local?: LocalObjects;
  /** Opens the places of data that was imported and stays there. Without, such data counts as missing. */
  readonly openSource?: OpenSource;
}

/** Options of calls that move many files. */
export interface BulkOptions extends OperationOptions {
  /** Called now and then with what has been done so far. */
  readonly onProgress?: (bytes: number, files: number) => void;
}
