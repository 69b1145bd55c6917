import { ChunkHeaderReader } from "./chunk_header.ts";
import { chunkSignature, trailerSignature } from "./chunk_signatures.ts";
import { S3Fault } from "./errors.ts";
import { equalInConstantTime, type RunningSha256, startSha256 } from "./hmac.ts";
import type { ChunkSeed } from "./verify_request.ts";

/** How a body in aws-chunked framing is read. */
export interface ChunkedOptions {
  /** Where the signatures of chunks go on from; absent if chunks are not signed. */
  readonly seed?: ChunkSeed;
  /** Whether trailers may follow the last chunk. */
  readonly trailer: boolean;
  /** Bytes of payload that were announced, `x-amz-decoded-content-length`; absent if none were. */
  readonly decodedLength?: number;
  /** Names in lower case of the trailers that were announced, `x-amz-trailer`. */
  readonly announced?: readonly string[];
}

/** Longest line of a chunk's header or a trailer, in bytes; a header with a signature has about 100. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 16;

const TRAILER_SIGNATURE = "x-amz-trailer-signature";

/**
 * Takes the payload out of aws-chunked framing as it comes.
 *
 * Payload is given out before the signature of its chunk is known: nothing of it may be kept unless
 * {@link AwsChunkedDecoder.finish} returns. Copies nothing; what it holds back is at most one line.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html}
 */
export class AwsChunkedDecoder {
  readonly #options: ChunkedOptions;
  readonly #line = new ChunkHeaderReader(MAX_LINE_BYTES);
  readonly #trailers: [string, string][] = [];
  #expects: "header" | "data" | "data end" | "trailer" | "nothing" = "header";
  #left = 0;
  #total = 0;
  #previous: string;
  #announcedSignature = "";
  #hash: RunningSha256 | undefined;

  constructor(options: ChunkedOptions) {
    this.#options = options;
    this.#previous = options.seed?.signature ?? "";
  }

  /**
   * Takes in the next bytes of the body.
   *
   * @returns The payload in them, as views of `bytes`; may be empty.
   * @throws {S3Fault} `InvalidRequest` for framing that cannot be read, `IncompleteBody` past the announced length,
   *   `SignatureDoesNotMatch`, `MalformedTrailerError`.
   */
  push(bytes: Uint8Array): Uint8Array[] {
    const payload: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#expects === "nothing") throw malformed("goes on after its end");
      if (this.#expects === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        this.#hash?.update(piece);
        payload.push(piece);
        if (this.#left === 0) this.#endChunk();
      } else {
        at = this.#line.push(bytes, at);
        const line = this.#line.take();
        if (line !== undefined) this.#takeLine(line);
      }
    }
    return payload;
  }

  /**
   * Ends the body. Only then is its payload the one that was signed and announced.
   *
   * @returns Trailers, names in lower case, without their signature.
   * @throws {S3Fault} `IncompleteBody` if the end is missing or the length is not the announced one; `MalformedTrailerError`.
   */
  finish(): ReadonlyMap<string, string> {
    const { decodedLength, announced = [] } = this.#options;
    if (this.#expects !== "nothing") throw new S3Fault("IncompleteBody");
    if (decodedLength !== undefined && this.#total !== decodedLength) throw new S3Fault("IncompleteBody");
    const trailers = new Map(this.#trailers);
    if (!announced.every((name) => trailers.has(name))) throw new S3Fault("MalformedTrailerError");
    return trailers;
  }

  #takeLine(line: string): void {
    switch (this.#expects) {
      case "header":
        return this.#beginChunk(line);
      case "data end":
        if (line !== "") throw malformed("has a chunk that is longer than it says");
        this.#expects = "header";
        return;
      default:
        return line === "" ? this.#endTrailers() : this.#takeTrailer(line);
    }
  }

  #beginChunk(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-fA-F]{64}))?$/.exec(line);
    if (match === null) throw malformed("has a chunk header that cannot be read");
    const { seed, decodedLength } = this.#options;
    if (seed !== undefined) {
      if (match[2] === undefined) throw malformed("has a chunk without a signature");
      this.#announcedSignature = match[2].toLowerCase();
      this.#hash = startSha256();
    }
    this.#left = parseInt(match[1]!, 16);
    this.#total += this.#left;
    if (decodedLength !== undefined && this.#total > decodedLength) throw new S3Fault("IncompleteBody");
    if (this.#left > 0) {
      this.#expects = "data";
    } else {
      this.#verifyChunk();
      this.#expects = "trailer";
    }
  }

  #endChunk(): void {
    this.#verifyChunk();
    this.#expects = "data end";
  }

  #verifyChunk(): void {
    const { seed } = this.#options;
    if (seed === undefined) return;
    const signature = chunkSignature(seed, this.#previous, this.#hash!.hex());
    if (!equalInConstantTime(signature, this.#announcedSignature)) throw mismatch();
    this.#previous = signature;
  }

  #takeTrailer(line: string): void {
    const match = /^([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    const full = this.#trailers.length >= MAX_TRAILERS;
    if (match === null || full || !this.#options.trailer) throw new S3Fault("MalformedTrailerError");
    this.#trailers.push([match[1]!.toLowerCase(), match[2]!]);
  }

  #endTrailers(): void {
    this.#expects = "nothing";
    const { seed, trailer } = this.#options;
    if (seed === undefined || !trailer) return;
    const at = this.#trailers.findIndex(([name]) => name === TRAILER_SIGNATURE);
    const [given] = at < 0 ? [] : this.#trailers.splice(at, 1);
    const signature = trailerSignature(seed, this.#previous, this.#trailers);
    if (!equalInConstantTime(signature, given?.[1] ?? "")) throw mismatch();
  }
}

function malformed(how: string): S3Fault {
  return new S3Fault("InvalidRequest", { message: `The aws-chunked body ${how}` });
}

function mismatch(): S3Fault {
  return new S3Fault("SignatureDoesNotMatch", {
    message: "The signature of a chunk or trailer is not that of its bytes",
  });
}
