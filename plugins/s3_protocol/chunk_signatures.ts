import { hmacSha256Hex, sha256Hex } from "./hmac.ts";
import { EMPTY_SHA256 } from "./payload_hash.ts";
import { scopeText } from "./signing_key.ts";
import type { ChunkSeed } from "./verify_request.ts";

/**
 * Signature of one chunk.
 *
 * @param previous Signature of the chunk before it, or of the request for the first.
 * @param chunkSha256 Of the chunk's bytes, in hex.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html}
 */
export function chunkSignature(seed: ChunkSeed, previous: string, chunkSha256: string): string {
  return sign(seed, "AWS4-HMAC-SHA256-PAYLOAD", [previous, EMPTY_SHA256, chunkSha256]);
}

/**
 * Signature of the trailers that follow the last chunk.
 *
 * @param previous Signature of the last chunk, the empty one.
 * @param trailers Names in lower case with their values, in the order of sending.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html}
 */
export function trailerSignature(
  seed: ChunkSeed,
  previous: string,
  trailers: Iterable<readonly [name: string, value: string]>,
): string {
  const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
  return sign(seed, "AWS4-HMAC-SHA256-TRAILER", [previous, sha256Hex(text)]);
}

function sign(seed: ChunkSeed, algorithm: string, rest: readonly string[]): string {
  return hmacSha256Hex(
    seed.signingKey,
    [algorithm, seed.timestamp, scopeText(seed.scope), ...rest].join("\n"),
  );
}
