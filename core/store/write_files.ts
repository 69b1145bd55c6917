import { createHash } from "node:crypto";
import type { ExtractRequest, FileToWrite } from "./extract_messages.ts";
import { removeIfThere, writeAllSync, writeFault } from "./staging.ts";
import { objectCorrupt } from "./verified_stream.ts";

/**
 * Writes files whose bytes are at hand, each only after its digest was found right.
 *
 * @throws {CorruptionError} `object_corrupt`.
 * @throws {OutsideError} `disk_full`, `write_failed`.
 */
export function writeFiles({ bytes, files }: ExtractRequest): void {
  let checked: string | undefined;
  for (const { file, at } of files) {
    const content = bytes.subarray(at, at + file.size);
    if (content.length !== file.size) {
      throw objectCorrupt(file.digest, `it has ${content.length} of its ${file.size} bytes`);
    }
    if (checked !== file.digest) {
      const found = createHash("sha256").update(content).digest("hex");
      if (`sha256:${found}` !== file.digest) {
        throw objectCorrupt(file.digest, `its bytes hash to sha256:${found}`);
      }
      checked = file.digest;
    }
    using target = new ReadOnlyFile(file);
    target.write(content);
    target.keep();
  }
}

/** A file that is gone again unless {@link keep} was called. Never follows a link that stands there. */
export class ReadOnlyFile implements Disposable {
  readonly #path: string;
  readonly #mode: number;
  #file: Deno.FsFile | undefined;
  #kept = false;

  constructor({ path, executable }: FileToWrite) {
    this.#path = path;
    this.#mode = executable ? 0o555 : 0o444;
    try {
      this.#file = Deno.openSync(path, { read: true, write: true, createNew: true, mode: this.#mode });
    } catch (cause) {
      throw writeFault(path, cause);
    }
  }

  /** Appends. */
  write(bytes: Uint8Array): void {
    writeAllSync(this.#file!, bytes, this.#path);
  }

  /** Writes where they belong; what lies before may come later. */
  writeAt(offset: number, bytes: Uint8Array): void {
    this.#file!.seekSync(offset, Deno.SeekMode.Start);
    writeAllSync(this.#file!, bytes, this.#path);
  }

  /** Reads what was written at `offset` into `buffer`; the part of it that was filled, empty at the end. */
  readAt(offset: number, buffer: Uint8Array): Uint8Array {
    this.#file!.seekSync(offset, Deno.SeekMode.Start);
    return buffer.subarray(0, this.#file!.readSync(buffer) ?? 0);
  }

  /** The file is whole and right. */
  keep(): void {
    // A umask of 022 or less leaves these bits as they are.
    if ((Deno.umask() & this.#mode) !== 0) Deno.chmodSync(this.#path, this.#mode);
    this.#kept = true;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
    if (!this.#kept) removeIfThere(this.#path);
  }
}
