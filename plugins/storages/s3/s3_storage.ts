import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { OperationOptions } from "../../../core/plugin/context.ts";
import {
  type GetOptions,
  type ObjectBody,
  parseStorageKey,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  StorageError,
  type StorageKey,
  type StoredObject,
} from "../../../core/plugin/storage.ts";
import { ByteBudget } from "./byte_budget.ts";
import { ConditionalPut } from "./conditional_put.ts";
import { serviceCode } from "./failure.ts";
import { getObject } from "./get_object.ts";
import { listPage, type PageStart } from "./list_objects.ts";
import { MAX_OBJECT_BYTES, PART_BYTES } from "./multipart_upload.ts";
import { PartBuffers } from "./part_buffers.ts";
import { PartHasher } from "./part_hasher.ts";
import { putObject, type PutScope } from "./put_object.ts";
import { closedError, OWN_FOLDER, type S3Connection } from "./s3_connection.ts";
import { abortStaleUploads } from "./stale_uploads.ts";
import { statObject } from "./stat_object.ts";

// Four parts; each is held twice while it is sent.
const HELD_BYTES = 32 * 1024 * 1024;

/** Objects in a bucket; see README.md for what the service must guarantee. */
export class S3Storage implements Storage {
  readonly location: string;
  readonly #connection: S3Connection;
  readonly #scope: PutScope;
  readonly #closing = new AbortController();
  readonly #puts = new Set<Promise<unknown>>();
  readonly #onClose: () => void;
  #swept = false;

  /** @param onClose Lets go of connections. */
  constructor(connection: S3Connection, onClose: () => void) {
    this.#connection = connection;
    this.#onClose = onClose;
    this.location = connection.place.location;
    const budget = new ByteBudget(HELD_BYTES);
    this.#scope = {
      connection,
      conditional: new ConditionalPut(connection),
      budget,
      buffers: new PartBuffers(budget, connection.place.sharesMemory),
      ...(connection.place.sharesMemory ? { hasher: new PartHasher() } : {}),
    };
  }

  get capabilities(): StorageCapabilities {
    return {
      conditionalPut: this.#scope.conditional.isAlways,
      maxConcurrency: 128,
      maxObjectBytes: MAX_OBJECT_BYTES,
    };
  }

  async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    this.#enter(options);
    if (key.startsWith(OWN_FOLDER)) {
      throw new StorageError("denied", {
        what: `Cannot store "${key}" in ${this.location}`,
        why: `keys under ${OWN_FOLDER} are the storage's own`,
      });
    }
    if (body.size > PART_BYTES) this.#sweep();
    await this.#untilDone(putObject(this.#scope, key, body, options));
  }

  async get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    this.#enter(options);
    const { signal: closing } = this.#closing;
    const signal = options.signal === undefined ? closing : AbortSignal.any([options.signal, closing]);
    return await getObject(this.#connection, key, { ...options, signal });
  }

  async stat(key: StorageKey, { signal }: OperationOptions = {}): Promise<StoredObject | undefined> {
    this.#enter({ ...(signal && { signal }) });
    const what = `Cannot look up "${key}" in ${this.location}`;
    const name = this.#connection.nameOf(key);
    const facts = await statObject(this.#connection, name, { operation: "stat", what, signal });
    if (facts === undefined) return undefined;
    const { version, ...known } = facts;
    const query = version === undefined ? "" : `?versionId=${encodeURIComponent(version)}`;
    return { key, ...known, address: `s3://${this.#connection.place.bucket}/${name}${query}` };
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    const { root } = this.#connection.place;
    const what = `Cannot list "${prefix}" in ${this.location}`;
    for (let from: PageStart | undefined, more = true; more;) {
      this.#enter(options);
      const page = await listPage(this.#connection, root + prefix, from, {
        operation: "list",
        what,
        signal: options.signal,
      });
      for (const { name, size, modifiedAt } of page.objects) {
        const key = keyOf(name.slice(root.length));
        if (key === undefined) continue;
        yield { key, size, modifiedAt };
        this.#enter(options);
      }
      from = page.next;
      more = from !== undefined;
    }
  }

  async delete(key: StorageKey, { signal }: OperationOptions = {}): Promise<void> {
    this.#enter({ ...(signal && { signal }) });
    const { bucket, payer } = this.#connection.place;
    const what = `Cannot delete "${key}" from ${this.location}`;
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: this.#connection.nameOf(key), ...payer });
    try {
      await this.#connection.call(
        { operation: "delete", what, signal },
        (client, options) => client.send(command, options),
      );
    } catch (error) {
      // Swift's s3api says so of a key that is absent already.
      if (error instanceof StorageError && serviceCode(error.cause) === "NoSuchKey") return;
      throw error;
    }
  }

  /** Waits for puts under way; streams that are still read fail with `closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closedError(this.location));
    await Promise.allSettled(this.#puts);
    this.#scope.hasher?.[Symbol.dispose]();
    this.#onClose();
  }

  /** Once for each opening that stores something large, beside the first such put. */
  #sweep(): void {
    if (this.#swept) return;
    this.#swept = true;
    const what = `Cannot end stale uploads in ${this.location}`;
    const { signal } = this.#closing;
    const work = abortStaleUploads(this.#connection, { operation: "list", what, signal })
      .then((ended) => ended > 0 && this.#connection.log("s3.stale_uploads", { ended }))
      .catch((error) => this.#connection.log("s3.stale_uploads", { error: (error as Error).name }));
    this.#untilDone(work).catch(() => {});
  }

  async #untilDone<T>(work: Promise<T>): Promise<T> {
    this.#puts.add(work);
    try {
      return await work;
    } finally {
      this.#puts.delete(work);
    }
  }

  #enter({ signal }: OperationOptions): void {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
  }
}

/** What others have put into the bucket under names that no key has is not the storage's. */
function keyOf(text: string): StorageKey | undefined {
  if (text.startsWith(OWN_FOLDER)) return undefined;
  try {
    return parseStorageKey(text);
  } catch {
    return undefined;
  }
}
