import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { statusOf } from "./failure.ts";
import { abortUpload } from "./multipart_upload.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

const PROBE = "conditional-put";
const BYTES = new TextEncoder().encode("tells whether If-None-Match is kept here\n");
const NEVER = { IfNoneMatch: "*" } as const;

/**
 * Whether the service keeps `If-None-Match: *`, found out by what it does to an object of the storage's own: services
 * that do not know the condition pass over it, refuse it, or keep it in some buckets only.
 */
export class ConditionalPut {
  readonly #connection: S3Connection;
  readonly #found: { whole?: Promise<boolean>; parts?: Promise<boolean> } = {};
  readonly #kept: { whole: boolean; parts: boolean };

  constructor(connection: S3Connection) {
    this.#connection = connection;
    const trusted = connection.place.quirks.conditionalPut === "trusted";
    this.#kept = { whole: trusted, parts: trusted };
    if (trusted) this.#found = { whole: Promise.resolve(true), parts: Promise.resolve(true) };
  }

  /** Whether all that is known so far says that the service keeps it for objects of any size. */
  get isKnown(): boolean {
    return this.#kept.whole && this.#kept.parts;
  }

  /**
   * Whether it is kept for an object that goes in one request, or in parts. Asked once each.
   *
   * @throws {StorageError} if it cannot be found out; it is then tried again the next time.
   */
  async isKept(by: "whole" | "parts", signal: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    const found = this.#found[by] ??= (by === "whole" ? this.#tryWhole() : this.#tryParts())
      .then((kept) => this.#kept[by] = kept)
      .catch((error) => {
        delete this.#found[by];
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

  /** The object is there after the first put at the latest, so one of two puts has to be refused. */
  async #tryWhole(): Promise<boolean> {
    const made: (string | undefined)[] = [];
    for (let puts = 0; puts < 2; puts++) {
      const reply = await this.#put();
      if (reply !== "stored" && typeof reply === "string") {
        this.#connection.log("s3.conditional_put", { whole: reply === "refused" });
        return reply === "refused";
      }
      made.push(typeof reply === "object" ? reply.version : undefined);
    }
    this.#connection.log("s3.conditional_put", { whole: false });
    for (const version of made) if (version !== undefined) await this.#forget(version);
    return false;
  }

  async #put(): Promise<"refused" | "unknown" | "stored" | { readonly version: string }> {
    const { bucket, payer, encryption, customerKey } = this.#connection.place;
    const about = {
      Bucket: bucket,
      Key: this.#connection.ownName(PROBE),
      ...payer,
      ...encryption,
      ...customerKey,
    };
    return await this.#outcome(async () => {
      const { VersionId } = await this.#connection.place.client.send(
        new PutObjectCommand({ ...about, Body: BYTES, ...NEVER }),
      );
      return VersionId === undefined || VersionId === "null" ? "stored" : { version: VersionId };
    });
  }

  async #tryParts(): Promise<boolean> {
    // It also makes sure that the object is there. A service that passes over it here does so for parts too.
    if (!await this.isKept("whole", undefined)) return false;
    const { client, bucket, payer, encryption, customerKey } = this.#connection.place;
    const name = this.#connection.ownName(PROBE);
    const about = { Bucket: bucket, Key: name, ...payer, ...customerKey };
    const { UploadId } = await this.#connection.call(
      this.#purpose,
      (client) => client.send(new CreateMultipartUploadCommand({ ...about, ...encryption })),
    );
    const outcome = await this.#outcome(async () => {
      const { ETag } = await client.send(
        new UploadPartCommand({ ...about, UploadId, PartNumber: 1, Body: BYTES }),
      );
      await client.send(
        new CompleteMultipartUploadCommand({
          ...about,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
          ...NEVER,
        }),
      );
      return "stored" as const;
    });
    if (outcome !== "stored" && UploadId !== undefined) await abortUpload(this.#connection, name, UploadId);
    this.#connection.log("s3.conditional_put", { parts: outcome === "refused" });
    return outcome === "refused";
  }

  /** 412 is the refusal that is wanted; 400, 405 and 501 are those of services that do not know the condition. */
  async #outcome<Stored>(act: () => Promise<Stored>): Promise<Stored | "refused" | "unknown"> {
    return await this.#connection.call(this.#purpose, async () => {
      try {
        return await act();
      } catch (error) {
        const status = statusOf(error);
        if (status === 412) return "refused";
        if (status === 501 || status === 405) return "unknown";
        throw error;
      }
    });
  }

  /** Where versions are kept, each try would leave two. */
  async #forget(version: string): Promise<void> {
    const { client, bucket, payer } = this.#connection.place;
    const about = { Bucket: bucket, Key: this.#connection.ownName(PROBE), VersionId: version, ...payer };
    await client.send(new DeleteObjectCommand(about)).catch(() => {});
  }
}
