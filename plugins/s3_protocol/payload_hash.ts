import { S3Fault } from "./errors.ts";

/** How a request says what its body is. */
export type Payload =
  /** The signature does not cover the body. */
  | { readonly kind: "unsigned" }
  /** The body has this SHA-256: 64 lower-case hex digits. */
  | { readonly kind: "hashed"; readonly sha256: string }
  /** The body is in aws-chunked framing. */
  | { readonly kind: "chunked"; readonly signed: boolean; readonly trailer: boolean };

const CHUNKED: Readonly<Record<string, Payload>> = {
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { kind: "chunked", signed: true, trailer: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { kind: "chunked", signed: true, trailer: true },
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { kind: "chunked", signed: false, trailer: true },
};

/** SHA-256 of no bytes. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Stands for a body that a signature does not cover. */
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

/**
 * Reads `x-amz-content-sha256`.
 *
 * @throws {S3Fault} `NotImplemented` for asymmetric signatures, `InvalidArgument` for what is none of its values.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html}
 */
export function parsePayloadHash(text: string): Payload {
  if (text === UNSIGNED_PAYLOAD) return { kind: "unsigned" };
  if (/^[0-9a-fA-F]{64}$/.test(text)) return { kind: "hashed", sha256: text.toLowerCase() };
  if (Object.hasOwn(CHUNKED, text)) return CHUNKED[text]!;
  if (text.startsWith("STREAMING-AWS4-ECDSA-")) throw new S3Fault("NotImplemented");
  throw new S3Fault("InvalidArgument", {
    message: "x-amz-content-sha256 has to be a SHA-256 in hex, UNSIGNED-PAYLOAD or a STREAMING word",
    fields: { ArgumentName: "x-amz-content-sha256", ArgumentValue: text },
  });
}
