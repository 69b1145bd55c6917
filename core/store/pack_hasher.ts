import { createHash } from "node:crypto";
import { type Digest, parseDigest } from "../model/digest.ts";
import type { PackEntry } from "./pack_format.ts";

/** Hashes a pack and each object in it while its bytes go by. */
export class PackHasher {
  /** What the bytes of each object that has gone by hash to. */
  readonly found: { readonly entry: PackEntry; readonly digest: Digest }[] = [];
  /** Bytes that have gone by. */
  bytes = 0;
  readonly #whole = createHash("sha256");
  readonly #left: PackEntry[];
  #part = createHash("sha256");

  /** @param entries In order of offset, without gaps. */
  constructor(entries: readonly PackEntry[]) {
    this.#left = [...entries];
  }

  /** Takes in the next bytes. */
  update(chunk: Uint8Array): void {
    this.#whole.update(chunk);
    let at = 0;
    while (this.#left.length > 0 && at < chunk.length) {
      const entry = this.#left[0]!;
      const rest = entry.offset + entry.length - this.bytes;
      const end = Math.min(chunk.length, rest);
      this.#part.update(chunk.subarray(at, end));
      at = end;
      if (end < rest) break;
      this.found.push({ entry: this.#left.shift()!, digest: digestOf(this.#part) });
      this.#part = createHash("sha256");
    }
    this.bytes += chunk.length;
  }

  /** The digest of all bytes. Called once. */
  digest(): Digest {
    return digestOf(this.#whole);
  }
}

function digestOf(hash: ReturnType<typeof createHash>): Digest {
  return parseDigest(`sha256:${hash.digest("hex")}`);
}
