import { createHash } from "node:crypto";
import { type Digest, parseDigest } from "../model/digest.ts";
import { PACK_ENTRY_BYTES, writePackEntry, writePackFooter } from "./pack_format.ts";
import { Spool } from "./staging.ts";

/** A finished file in a staging directory, on its way into the storage. */
export interface StagedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/** A pack, or a single object where a pack would hold one only. */
export type StagedObjects =
  | { readonly kind: "pack"; readonly file: StagedFile; readonly index: Uint8Array<ArrayBuffer> }
  | { readonly kind: "object"; readonly file: StagedFile };

const MOST_OBJECTS = 65_536;

/** Writes one pack to a file of its own in `directory`. */
export class PackWriter implements Disposable {
  readonly #spool: Spool;
  readonly #hash = createHash("sha256");
  readonly #index = new Uint8Array(MOST_OBJECTS * PACK_ENTRY_BYTES);
  #only: Digest | undefined;
  #count = 0;

  constructor(directory: string, name: string) {
    this.#spool = new Spool(directory, name);
  }

  /** Bytes of objects so far. */
  get size(): number {
    return this.#spool.size;
  }

  /** How many more objects fit into the index. */
  get room(): number {
    return MOST_OBJECTS - this.#count;
  }

  /** Appends bytes that hold whole objects, one after another. */
  append(bytes: Uint8Array, objects: readonly { digest: Digest; size: number }[]): void {
    for (const { digest, size } of objects) {
      writePackEntry(this.#index, this.#count++ * PACK_ENTRY_BYTES, digest, size);
      this.#only = digest;
    }
    this.#write(bytes);
  }

  /** Closes the pack. The file is the caller's from here on. */
  finish(): StagedObjects {
    const path = this.#spool.path;
    if (this.#count === 1) {
      this.#spool.close();
      return { kind: "object", file: { path, size: this.#spool.size, digest: this.#only! } };
    }
    const index = this.#index.slice(0, this.#count * PACK_ENTRY_BYTES);
    const footer = writePackFooter(index, this.#spool.size);
    this.#write(index);
    this.#write(footer);
    this.#spool.close();
    const digest = parseDigest(`sha256:${this.#hash.digest("hex")}`);
    return { kind: "pack", index, file: { path, size: this.#spool.size, digest } };
  }

  #write(bytes: Uint8Array): void {
    this.#spool.write(bytes);
    this.#hash.update(bytes);
  }

  /** Removes the file of a pack that was not finished. */
  [Symbol.dispose](): void {
    this.#spool[Symbol.dispose]();
  }
}
