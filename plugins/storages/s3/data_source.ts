import { GetBucketVersioningCommand } from "@aws-sdk/client-s3";
import * as z from "zod";
import type { JsonObject } from "../../../core/model/json.ts";
import type { OperationOptions, PluginContext } from "../../../core/plugin/context.ts";
import {
  type DataSource,
  DataSourceError,
  type DataSourceErrorCode,
  type SourceFile,
  type SourceLocation,
} from "../../../core/plugin/data_source.ts";
import { StorageError } from "../../../core/plugin/storage.ts";
import { s3Config } from "./config.ts";
import { readNamed } from "./get_object.ts";
import { atHome, HOME_SERVICE } from "./home_service.ts";
import { listVersions } from "./list_versions.ts";
import { connectS3 } from "./open_s3.ts";
import type { S3Connection } from "./s3_connection.ts";

/** What tells where a bucket is; the rest is about how to get in, and is each user's own. */
const KEPT = ["region", "path_style", "requester_pays"] as const;

/**
 * Opens objects below `s3://bucket/prefix`, or the one of that name, as data.
 *
 * @throws {DataSourceError} `source_invalid`; those of a listing if the bucket cannot be asked whether it keeps versions.
 */
export async function openS3Source(
  url: URL,
  options: JsonObject,
  context: PluginContext,
): Promise<DataSource> {
  const known = Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(s3Config.shape, name) && name !== "prefix"),
  );
  const isHome = known.endpoint === HOME_SERVICE;
  if (isHome) delete known.endpoint;
  const config = s3Config.safeParse({ ...known, bucket: url.hostname });
  if (!config.success) {
    throw new DataSourceError("source_invalid", {
      what: `Cannot open ${url.href}`,
      why: z.prettifyError(config.error),
    });
  }
  const prefix = nameIn(url);
  const own = isHome ? atHome(context) : context;
  const { connection, close } = await connectS3(config.data, own, undefined, "address");
  try {
    const versioning = await versioningOf(connection, url.href, context.signal);
    const { service } = connection.place;
    const kept = {
      // Also one that a variable of this machine names: others do not have that.
      endpoint: service.startsWith("http") ? service : HOME_SERVICE,
      ...Object.fromEntries(
        KEPT.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]]]),
      ),
    };
    return new S3Source({
      connection,
      close,
      url: `s3://${url.hostname}/`,
      prefix,
      versioning,
      options: kept,
    });
  } catch (error) {
    close();
    throw error;
  }
}

interface S3SourceParts {
  readonly connection: S3Connection;
  readonly close: () => void;
  /** Of the bucket, with a `/` at its end. */
  readonly url: string;
  readonly prefix: string;
  /** As the service calls it; `undefined` if it was never turned on. */
  readonly versioning: string | undefined;
  readonly options: JsonObject;
}

/** Objects of a bucket. */
class S3Source implements DataSource {
  readonly keepsVersions: boolean;
  readonly whyNoVersions?: string;
  readonly options: JsonObject;
  readonly #parts: S3SourceParts;

  constructor(parts: S3SourceParts) {
    this.#parts = parts;
    this.options = parts.options;
    this.keepsVersions = parts.versioning === "Enabled";
    if (this.keepsVersions) return;
    this.whyNoVersions = parts.versioning === "Suspended"
      ? "the bucket no longer keeps versions: versioning is suspended"
      : "the bucket keeps no versions";
  }

  async *list(options: OperationOptions = {}): AsyncGenerator<SourceFile> {
    const { connection, url, prefix } = this.#parts;
    const what = `Cannot list ${url}${prefix}`;
    const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
    const objects = listVersions(connection, prefix, { operation: "list", what, signal: options.signal });
    try {
      for await (const { name, version, etag, size, sha256 } of objects) {
        if (name.endsWith("/") && size === 0) continue;
        const path = name === prefix ? name.slice(name.lastIndexOf("/") + 1) : name.slice(folder.length);
        if (name !== prefix && !name.startsWith(folder)) continue;
        yield {
          path,
          url: url + encodeName(name),
          size,
          etag,
          ...(this.keepsVersions ? { version } : {}),
          ...(sha256 === undefined ? {} : { sha256 }),
        };
      }
    } catch (error) {
      throw asSourceError(error);
    }
  }

  async open(
    { url, version }: SourceLocation,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const object = { name: nameIn(new URL(url)), ...(version === undefined ? {} : { version }) };
    const what = `Cannot read ${url}${version === undefined ? "" : ` in its version ${version}`}`;
    try {
      return await readNamed(this.#parts.connection, object, {
        operation: "get",
        what,
        signal: options.signal,
      });
    } catch (error) {
      throw asSourceError(error);
    }
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.close();
  }
}

async function versioningOf(
  connection: S3Connection,
  url: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const what = `Cannot ask whether ${url} keeps versions`;
  const command = new GetBucketVersioningCommand({ Bucket: connection.place.bucket });
  try {
    const reply = await connection.call(
      { operation: "list", what, signal },
      (client, options) => client.send(command, options),
    );
    return reply.Status;
  } catch (error) {
    throw asSourceError(error);
  }
}

/** The name of an object in its bucket. */
function nameIn(url: URL): string {
  try {
    return decodeURIComponent(url.pathname.replace(/^\//, ""));
  } catch (cause) {
    throw new DataSourceError("source_invalid", {
      what: `Cannot read the address ${url.href}`,
      why: "its path is not percent-encoded UTF-8",
    }, { cause });
  }
}

/** As an address has it; `/` stays. */
function encodeName(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

const CODES: Readonly<Partial<Record<StorageError["code"], DataSourceErrorCode>>> = {
  "not_found": "source_missing",
  denied: "source_denied",
  unavailable: "source_unavailable",
};

function asSourceError(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  return new DataSourceError(CODES[error.code] ?? "source_invalid", error.report, { cause: error });
}
