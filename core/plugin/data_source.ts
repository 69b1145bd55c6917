import { AeroError, type ErrorKind, type ErrorReport } from "../errors.ts";
import type { JsonObject } from "../model/json.ts";
import type { OperationOptions, PluginContext } from "./context.ts";

/** Why a data source did not give what was asked. */
export type DataSourceErrorCode =
  | "source_invalid"
  | "source_missing"
  | "source_denied"
  | "source_changed"
  | "source_unavailable";

/** A data source's failure. `source_unavailable` may pass; nothing else is retried. */
export class DataSourceError extends AeroError {
  readonly kind: ErrorKind;
  declare readonly code: DataSourceErrorCode;
  readonly retryable: boolean;

  constructor(code: DataSourceErrorCode, report: ErrorReport, options?: ErrorOptions) {
    super(code, report, options);
    this.kind = code === "source_invalid" ? "user" : "outside";
    this.retryable = code === "source_unavailable";
  }
}

/** Names the bytes of a file at a data source. */
export interface SourceLocation {
  readonly url: string;
  /** Names these very bytes for ever; absent where the source keeps no versions. */
  readonly version?: string;
  /** Changes with the bytes. */
  readonly etag?: string;
}

/** A file at a data source. */
export interface SourceFile extends SourceLocation {
  /** Below the address that was opened, `/`-separated, as the source says it; the name alone for a single file. */
  readonly path: string;
  /** Bytes; absent where the source tells it only with the bytes. */
  readonly size?: number;
  /** SHA-256 of all its bytes, 64 lower-case hex digits, where the source keeps and checks one itself. */
  readonly sha256?: string;
}

/** A place outside the storage that data comes from; nothing is ever written to it. */
export interface DataSource extends AsyncDisposable {
  /** Whether each file that it lists has a {@link SourceLocation.version} that stays readable. */
  readonly keepsVersions: boolean;
  /** Why it keeps none, and what to do, for people; present where `keepsVersions` is false. */
  readonly whyNoVersions?: string;
  /** What it takes to open it again elsewhere, beside the address; no secret. */
  readonly options: JsonObject;

  /**
   * The newest of each file below the address, once, in no order; complete or fails.
   *
   * @throws {DataSourceError}
   */
  list(options?: OperationOptions): AsyncIterable<SourceFile>;

  /**
   * Reads a file that {@link DataSource.list} gave, now or long ago.
   *
   * @throws {DataSourceError} `source_missing` if it is gone, `source_changed` if the source knows that its bytes are
   * not those of the version or etag that was asked for, `source_denied`, `source_unavailable`.
   */
  open(file: SourceLocation, options?: OperationOptions): Promise<ReadableStream<Uint8Array>>;
}

/** A kind of data source, chosen by the scheme of an address. */
export interface DataSourcePlugin {
  readonly kind: "data-source";
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** As in addresses, without the colon. */
  readonly schemes: readonly string[];
  /**
   * Kinds of storages whose service may have such data too, by their option `endpoint`; and what stands there for the service
   * that needs no address. Absent for a source whose addresses say all.
   */
  readonly services?: { readonly storages: readonly string[]; readonly home: string };
  /**
   * @param options Those of {@link DataSource.options}, or of a profile of the user; the source takes what it knows.
   * @throws {DataSourceError} `source_invalid` for an address or options that cannot be.
   */
  open(url: URL, options: JsonObject, context: PluginContext): Promise<DataSource>;
}
