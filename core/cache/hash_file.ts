import { createHash } from "node:crypto";
import type { Digest } from "../model/digest.ts";

const BUFFER_BYTES = 256 * 1024;

/** The digest of what a file holds, which is read piece by piece. @throws Errors of the file system. */
export function hashFile(path: string): Digest {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let read = file.readSync(buffer); read !== null; read = file.readSync(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return `sha256:${hash.digest("hex")}` as Digest;
}
