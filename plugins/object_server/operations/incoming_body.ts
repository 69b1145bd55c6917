import { Buffer } from "node:buffer";
import { AwsChunkedDecoder } from "../../s3_protocol/aws_chunked.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import type { Payload } from "../../s3_protocol/payload_hash.ts";
import type { ChunkSeed } from "../../s3_protocol/verify_request.ts";
import type { HttpRequest } from "../http/http_message.ts";
import type { DigestThreads } from "./digest_threads.ts";
import type { DigestName } from "./digest_worker.ts";
import { BodyDigester, type BodyDigests, type PumpOptions } from "./body_digester.ts";

/** Most bytes of a document that a client sends; the largest, of 10,000 parts with checksums, is below it. */
const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024;

/** By which a client says that it does not take an ETag for an MD5; of bodies whose SHA-256 is signed. */
const TAG_HEADER = "x-aero-etag";

/** Bodies from here on are worth a thread for their digests. */
const THREAD_BYTES = 1024 * 1024;

/**
 * The body of a request, with everything that it must agree with.
 *
 * Taken in once. Nothing of it may be kept unless {@link pump} resolves.
 */
export class IncomingBody {
  readonly #request: HttpRequest;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #payload: Payload;
  readonly #seed: ChunkSeed | undefined;
  readonly #threads: DigestThreads | undefined;

  /**
   * @param headers By lower-case name.
   * @param threads For the digests of large bodies; absent: they are taken here.
   */
  constructor(
    request: HttpRequest,
    headers: ReadonlyMap<string, string>,
    payload: Payload,
    seed: ChunkSeed | undefined,
    threads?: DigestThreads,
  ) {
    this.#request = request;
    this.#headers = headers;
    this.#payload = payload;
    this.#seed = seed;
    this.#threads = threads;
  }

  /** Whether the request says that it has a body, be it empty. */
  get announced(): boolean {
    return this.#request.head.framing.kind !== "none";
  }

  /**
   * Bytes of payload that were announced; `undefined` if none were.
   *
   * @throws {S3Fault} `InvalidArgument`.
   */
  get length(): number | undefined {
    if (this.#payload.kind !== "chunked") return this.#request.bodyLength;
    const text = this.#headers.get("x-amz-decoded-content-length");
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) {
      throw new S3Fault("InvalidArgument", { fields: { ArgumentName: "x-amz-decoded-content-length" } });
    }
    return Number(text);
  }

  /**
   * Takes the body in, and proves it against signature, SHA-256, MD5, checksums and length.
   *
   * @param sink Gets the payload; the bytes hold until it resolves.
   * @throws {S3Fault} What the body does not agree with; `EntityTooLarge`.
   */
  async pump(sink: (bytes: Uint8Array) => Promise<void>, options: PumpOptions): Promise<BodyDigests> {
    const { length } = this;
    if (length !== undefined && length > options.maxBytes) throw new S3Fault("EntityTooLarge");
    const large = (length ?? 0) >= THREAD_BYTES;
    const digests = this.#digests();
    using digester = new BodyDigester(
      this.#headers,
      { ...options, digests },
      large ? () => this.#threads?.begin(digests) : undefined,
    );
    const decoder = this.#decoder(digester.announced, length);
    const take = async (bytes: Uint8Array) => {
      digester.admit(bytes.length);
      // The disk works while the digests are taken.
      const taken = sink(bytes);
      const digested = digester.update(bytes);
      // Both have to be over before the bytes may change, whichever fails.
      const [stored] = await Promise.allSettled([taken, digested]);
      if (stored.status === "rejected") throw stored.reason;
      await digested;
    };
    for (let bytes; (bytes = await this.#request.readBody()) !== undefined;) {
      if (decoder === undefined) await take(bytes);
      else for (const piece of decoder.push(bytes)) if (piece.length > 0) await take(piece);
    }
    const trailers = decoder?.finish();
    const found = await digester.finish(trailers);
    this.#checkSha256(found.sha256);
    return found;
  }

  /**
   * The whole body, for documents.
   *
   * @param options `ignoreChecksums`: the checksum headers are about something else than this body.
   *
   * @throws {S3Fault} As {@link pump}; `MaxMessageLengthExceeded`.
   */
  async bytes(options: { readonly ignoreChecksums?: boolean } = {}): Promise<Uint8Array> {
    const maxBytes = MAX_DOCUMENT_BYTES;
    if ((this.length ?? 0) > maxBytes) throw new S3Fault("MaxMessageLengthExceeded");
    const pieces: Uint8Array[] = [];
    await this.pump((bytes) => {
      pieces.push(bytes.slice());
      return Promise.resolve();
    }, { maxBytes, ...options });
    return pieces.length === 1 ? pieces[0]! : concat(pieces);
  }

  /** MD5 costs three times what SHA-256 does, and a client that signs its bodies may do without. */
  #digests(): DigestName[] {
    if (this.#payload.kind !== "hashed") return ["md5"];
    const isMd5Needed = this.#headers.get(TAG_HEADER) !== "sha256" || this.#headers.has("content-md5");
    return isMd5Needed ? ["md5", "sha256"] : ["sha256"];
  }

  #decoder(announced: readonly string[], length: number | undefined): AwsChunkedDecoder | undefined {
    if (this.#payload.kind !== "chunked") return undefined;
    // Without it a body that was cut at the end of a chunk could not be told from a whole one.
    if (length === undefined) throw new S3Fault("MissingContentLength");
    return new AwsChunkedDecoder({
      trailer: this.#payload.trailer,
      decodedLength: length,
      announced,
      ...(this.#payload.signed && this.#seed !== undefined ? { seed: this.#seed } : {}),
    });
  }

  #checkSha256(sha256: Uint8Array | undefined): void {
    if (this.#payload.kind !== "hashed" || sha256 === undefined) return;
    const computed = Buffer.from(sha256).toString("hex");
    if (computed === this.#payload.sha256) return;
    throw new S3Fault("XAmzContentSHA256Mismatch", {
      fields: {
        ClientComputedContentSHA256: this.#payload.sha256,
        S3ComputedContentSHA256: computed,
      },
    });
  }
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
