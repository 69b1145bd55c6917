import { GetBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { statusOf } from "./failure.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

const PROBE = "conditional-put";
const BYTES = new TextEncoder().encode("tells whether If-None-Match is kept here\n");

/**
 * Whether the service keeps `If-None-Match: *`, also between writers at once. Where that is not known beforehand, it is
 * found out by what the service does to an object of the storage's own: services that do not know the condition pass over it,
 * or refuse it.
 *
 * Two things cannot be found out so, and are not relied on: radosgw 20.2.4 keeps the condition in a bucket with versions when
 * puts follow each other, and lets several through when they come at once (10 of 20, measured); and the same may be of
 * objects in parts.
 */
export class ConditionalPut {
  readonly #connection: S3Connection;
  readonly #trusted: boolean;
  #whole: Promise<boolean> | undefined;

  constructor(connection: S3Connection) {
    this.#connection = connection;
    this.#trusted = connection.place.quirks.conditionalPut === "trusted";
  }

  /** Whether it is kept for objects of any size, in buckets of any kind. */
  get isAlways(): boolean {
    return this.#trusted;
  }

  /**
   * Whether it is kept for an object that goes in one request, or in parts. Asked once.
   *
   * @throws {StorageError} if it cannot be found out; it is then tried again the next time.
   */
  async isKept(by: "whole" | "parts", signal: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.#trusted) return true;
    if (by === "parts") return false;
    const found = this.#whole ??= this.#find().catch((error) => {
      this.#whole = undefined;
      throw error;
    });
    const kept = await found;
    signal?.throwIfAborted();
    return kept;
  }

  get #purpose(): Purpose {
    return {
      operation: "put",
      what: `Cannot find out whether ${this.#connection.place.location} keeps conditions of puts`,
    };
  }

  async #find(): Promise<boolean> {
    const kept = !await this.#mayKeepVersions() && await this.#refusesSecondPut();
    this.#connection.log("s3.conditional_put", { kept });
    return kept;
  }

  /** Also where that may not be asked. */
  async #mayKeepVersions(): Promise<boolean> {
    const { bucket } = this.#connection.place;
    return await this.#connection.call(this.#purpose, async (client) => {
      try {
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
        return Status !== undefined;
      } catch (error) {
        const status = statusOf(error);
        if (status === 403) return true;
        // A service that has no such question has no versions.
        if (status === 501 || status === 405) return false;
        throw error;
      }
    });
  }

  /** The object is there after the first put at the latest, so one of two puts has to be refused. */
  async #refusesSecondPut(): Promise<boolean> {
    const { bucket, payer, encryption, customerKey } = this.#connection.place;
    const about = {
      Bucket: bucket,
      Key: this.#connection.ownName(PROBE),
      ...payer,
      ...encryption,
      ...customerKey,
    };
    const put = () =>
      this.#connection.call(this.#purpose, async (client) => {
        try {
          await client.send(new PutObjectCommand({ ...about, Body: BYTES, IfNoneMatch: "*" }));
          return "stored";
        } catch (error) {
          const status = statusOf(error);
          if (status === 412) return "refused";
          if (status === 501 || status === 405) return "unknown";
          throw error;
        }
      });
    const first = await put();
    return (first === "stored" ? await put() : first) === "refused";
  }
}
