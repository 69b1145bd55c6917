import type { S3Client } from "@aws-sdk/client-s3";
import type { PluginContext } from "../../../core/plugin/context.ts";
import { StorageError, type StorageKey } from "../../../core/plugin/storage.ts";
import { s3Failure } from "./failure.ts";
import type { HandlerOptions } from "./http_handler.ts";
import type { Quirks } from "./quirks.ts";

/** What requests to one bucket have in common. */
export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** What every key begins with: empty, or ends at a `/`. */
  readonly root: string;
  /** For people, and stable: the address of the bucket and prefix. */
  readonly location: string;
  /** Scheme and host, for messages. */
  readonly service: string;
  readonly region: string;
  readonly keysFrom: string;
  /** How to set the right keys, for messages. */
  readonly keysFix: readonly string[];
  /** What names the bucket, for messages: the section `storage`, or an address of data. */
  readonly namedBy: "storage" | "address";
  readonly quirks: Quirks;
  /** Whether what is sent may lie in memory that threads share, as `fetch` refuses it. */
  readonly sharesMemory: boolean;
  /** Parameters of every request for an object. */
  readonly payer: { readonly RequestPayer?: "requester" };
  /** Parameters of requests that store an object. */
  readonly encryption: {
    readonly ServerSideEncryption?: "AES256" | "aws:kms";
    readonly SSEKMSKeyId?: string;
  };
  /** Parameters of requests that move bytes of an object. */
  readonly customerKey: { readonly SSECustomerAlgorithm?: "AES256"; readonly SSECustomerKey?: string };
}

/** What {@link S3Client.send} takes beside a command. */
export type SendOptions = HandlerOptions;

/** What a request is for. */
export interface Purpose {
  /** As the contract names it; for what a refusal means. */
  readonly operation: "put" | "get" | "stat" | "list" | "delete";
  /** The report's `what`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** As `GetOptions` of the contract has it. */
  readonly lendsChunks?: boolean;
}

// A bucket that answered within this time is taken to be there still.
const BUCKET_SEEN_MS = 60_000;

/** Where a storage keeps what is its own: no caller's key begins so, and listings pass over it. */
export const OWN_FOLDER = ".aero-s3/";

/** Requests to one bucket, with their failures told as the storage's. */
export class S3Connection {
  readonly place: S3Place;
  readonly log: PluginContext["log"];
  readonly now: () => number;
  #seenAt = -Infinity;

  constructor(place: S3Place, context: PluginContext) {
    this.place = place;
    this.log = context.log;
    this.now = () => context.now().getTime();
  }

  /** The bucket's name for a key. */
  nameOf(key: StorageKey): string {
    return this.place.root + key;
  }

  /** The bucket's name for something of the storage's own. */
  ownName(name: string): string {
    return this.place.root + OWN_FOLDER + name;
  }

  /**
   * Sends one request.
   *
   * @param known Tells errors that mean something to the caller: what it gives is thrown in their place.
   * @throws {StorageError}; the signal's reason after an abort.
   */
  async call<Output>(
    { operation, what, signal, lendsChunks = false }: Purpose,
    send: (client: S3Client, options: SendOptions) => Promise<Output>,
    known: (error: unknown) => StorageError | undefined = () => undefined,
  ): Promise<Output> {
    signal?.throwIfAborted();
    try {
      const output = await send(this.place.client, { lendsChunks, ...(signal && { abortSignal: signal }) });
      this.#seenAt = performance.now();
      return output;
    } catch (error) {
      signal?.throwIfAborted();
      throw known(error) ?? s3Failure(what, error, { ...this.place, operation, now: this.now() });
    }
  }

  /**
   * Makes sure that the bucket is there: a reply of "not found" that has no body means the object or the bucket.
   *
   * @throws {StorageError} `denied` if there is no such bucket.
   */
  async assertBucket(purpose: Purpose): Promise<void> {
    if (performance.now() - this.#seenAt < BUCKET_SEEN_MS) return;
    const { ListObjectsCommand } = await import("@aws-sdk/client-s3");
    const { bucket, root, payer } = this.place;
    const command = new ListObjectsCommand({ Bucket: bucket, Prefix: root, MaxKeys: 1, ...payer });
    await this.call(purpose, (client, options) => client.send(command, options));
  }
}

/** Why a call after dispose fails. */
export function closedError(location: string): StorageError {
  return new StorageError("closed", { what: `Cannot use ${location}`, why: "it has been closed" });
}
