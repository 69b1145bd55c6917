import { createHash } from "node:crypto";
import type { Digest } from "../model/digest.ts";

/** SHA-256 of bytes or of a text's UTF-8. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}
