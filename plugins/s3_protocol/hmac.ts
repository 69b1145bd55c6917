import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** HMAC-SHA256. @see {@link https://www.rfc-editor.org/rfc/rfc2104} */
export function hmacSha256(key: string | Uint8Array, data: string): Uint8Array {
  return createHmac("sha256", key).update(data).digest();
}

/** HMAC-SHA256 as 64 lower-case hex digits. */
export function hmacSha256Hex(key: Uint8Array, data: string): string {
  return createHmac("sha256", key).update(data).digest("hex");
}

/** HMAC-SHA1 in base64: what Signature Version 2 has. */
export function hmacSha1Base64(key: string, data: string): string {
  return createHmac("sha1", key).update(data).digest("base64");
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** MD5 of bytes; its use in S3 is that of a checksum, not of a proof. */
export function md5(data: Uint8Array): Uint8Array {
  return createHash("md5").update(data).digest();
}

/** SHA-256 over bytes that come piece by piece. */
export interface RunningSha256 {
  update(bytes: Uint8Array): void;
  /** 64 lower-case hex digits; ends it. */
  hex(): string;
}

/** Begins a SHA-256. */
export function startSha256(): RunningSha256 {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
}

/** Whether two texts are equal, in a time that depends on their lengths alone. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = new TextEncoder().encode(a), right = new TextEncoder().encode(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
