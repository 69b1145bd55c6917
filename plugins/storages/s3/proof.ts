import { createHash } from "node:crypto";

/**
 * Largest object that is stored with its own SHA-256, and given on only once all of it is here and is found to have it.
 *
 * Larger ones are known by their digest to whoever asked for them; a small document is believed as it comes.
 */
export const PROVEN_BYTES = 1024 * 1024;

/** User metadata under which it lies: every service keeps that, and few keep the checksums of S3. */
const NAME = "aero-sha256";

/** Metadata to store with the whole bytes of an object. */
export function proofOf(bytes: Uint8Array): { readonly Metadata?: Record<string, string> } {
  return bytes.length > PROVEN_BYTES ? {} : { Metadata: { [NAME]: sha256(bytes) } };
}

/** Whether bytes are those that were stored; `true` also of an object that says nothing of it. */
export function isProven(bytes: Uint8Array, metadata: Record<string, string> | undefined): boolean {
  const proof = metadata?.[NAME];
  return proof === undefined || proof === sha256(bytes);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
