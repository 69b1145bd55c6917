import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { fromBase64 } from "../../s3_protocol/base64.ts";
import { type RunningChecksum, startChecksum } from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import type { StoredChecksum } from "../object_engine.ts";
import { checkGiven, type ChecksumPlan, planChecksums } from "./body_checksums.ts";
import type { RunningDigests } from "./digest_threads.ts";
import type { DigestName, Digests } from "./digest_worker.ts";

const MD5_BYTES = 16;

/** What a body turned out to be. */
export interface BodyDigests {
  /** Bytes of payload. */
  readonly size: number;
  /** By which it is known again, in lower-case hex: its MD5, or half of its SHA-256 where the client wants no MD5. */
  readonly tag: string;
  /** If it was asked for. */
  readonly sha256?: Uint8Array;
  /** Those that the client sent or asked for. */
  readonly checksums: readonly StoredChecksum[];
}

/** How a body is taken in. */
export interface PumpOptions {
  /** Most bytes of payload. */
  readonly maxBytes: number;
  /** Checksums that are wanted whether or not the client sends them. */
  readonly algorithms?: readonly string[];
  /** Digests that are wanted; default: MD5. Without it SHA-256 is, and Content-MD5 is not there to be checked. */
  readonly digests?: readonly DigestName[];
  /** Whether checksum headers are passed over, since they are about something else than the body. */
  readonly ignoreChecksums?: boolean;
}

/** Takes the digests of a body as it passes, and holds them to what the client said of it. */
export class BodyDigester implements Disposable {
  readonly #maxBytes: number;
  readonly #plan: ChecksumPlan;
  readonly #running: readonly RunningChecksum[];
  readonly #away: RunningDigests | undefined;
  readonly #here: readonly (readonly [DigestName, Hash])[];
  readonly #expectedMd5: Uint8Array | undefined;
  #size = 0;

  /**
   * @param headers By lower-case name: Content-MD5 and checksums, or the fields of a form of the same names.
   * @param begin Takes digests on another thread; absent: they are taken here.
   * @throws {S3Fault} `InvalidDigest`, `InvalidRequest`.
   */
  constructor(
    headers: ReadonlyMap<string, string>,
    options: PumpOptions,
    begin?: () => RunningDigests | undefined,
  ) {
    this.#maxBytes = options.maxBytes;
    this.#expectedMd5 = contentMd5(headers.get("content-md5"));
    this.#plan = planChecksums(options.ignoreChecksums ? new Map() : headers, options.algorithms ?? []);
    this.#running = this.#plan.algorithms.map(startChecksum);
    this.#away = begin?.();
    const { digests = ["md5"] } = options;
    this.#here = this.#away === undefined ? digests.map((name) => [name, createHash(name)]) : [];
  }

  /** Names in lower case of the trailers that were announced. */
  get announced(): readonly string[] {
    return this.#plan.announced;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Counts bytes that are to come. @throws {S3Fault} `EntityTooLarge`. */
  admit(count: number): void {
    this.#size += count;
    if (this.#size > this.#maxBytes) throw new S3Fault("EntityTooLarge");
  }

  /** Takes bytes that were admitted; they need not hold afterwards. Await it before the next. */
  async update(bytes: Uint8Array): Promise<void> {
    const taken = this.#away?.update(bytes);
    for (const [, hash] of this.#here) hash.update(bytes);
    for (const checksum of this.#running) checksum.update(bytes);
    await taken;
  }

  /**
   * Ends the body; called once.
   *
   * @param trailers By lower-case name.
   * @throws {S3Fault} `BadDigest`.
   */
  async finish(trailers: ReadonlyMap<string, string> = new Map()): Promise<BodyDigests> {
    const { md5, sha256 }: Digests = await this.#away?.finish() ??
      Object.fromEntries(this.#here.map(([name, hash]) => [name, hash.digest()]));
    const tag = Buffer.from(md5 ?? sha256!.subarray(0, MD5_BYTES));
    if (this.#expectedMd5 !== undefined && !tag.equals(this.#expectedMd5)) throw new S3Fault("BadDigest");
    const checksums = this.#running.map((checksum): StoredChecksum => {
      const value = checksum.base64();
      checkGiven(this.#plan, checksum.algorithm, value, trailers);
      return { algorithm: checksum.algorithm, value, type: "FULL_OBJECT" };
    });
    return { size: this.#size, tag: tag.toString("hex"), ...(sha256 && { sha256 }), checksums };
  }

  /** Gives up what was not finished. */
  [Symbol.dispose](): void {
    this.#away?.drop();
  }
}

function contentMd5(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const bytes = fromBase64(text);
  if (bytes?.length !== MD5_BYTES) throw new S3Fault("InvalidDigest");
  return bytes;
}
