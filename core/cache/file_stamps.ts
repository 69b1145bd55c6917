import { digestOf } from "../format/digest_of.ts";
import { digestHex } from "../model/digest.ts";
import type { ScanMemory, ScannedFile, TreeScan } from "../model/tree_scan.ts";
import { decodeScan, encodeScan } from "./scan_columns.ts";
import { namesIn, removeIfThere } from "./if_there.ts";

/**
 * How long a file must have been left alone before its stamp says that it did not change: ctime has whole seconds
 * here, so that a second write in the same second would leave no trace. The idea of git's "racy" index entries.
 */
const SETTLED_MS = 2000;

/**
 * Remembers in a directory what trees held when they were added, one file a tree.
 *
 * May be deleted at any time; several processes may use it.
 */
export class FileStamps implements ScanMemory {
  readonly #directory: string;

  /** @param directory Absolute, of all caches; its own in there is made when there is something to remember. */
  constructor(directory: string) {
    this.#directory = `${directory}/stamps`;
  }

  /** See {@link ScanMemory.recall}. A file that cannot be read counts as none. */
  recall(root: string): TreeScan | undefined {
    try {
      return decodeScan(root, Deno.readFileSync(this.#fileOf(root)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** See {@link ScanMemory.remember}. Files that changed just before the scan are left out. */
  remember(root: string, scan: TreeScan): void {
    const files = scan.files.filter((file) => isSettled(file, scan.scannedAt));
    const path = this.#fileOf(root);
    const making = `${path}.${crypto.randomUUID()}`;
    Deno.mkdirSync(this.#directory, { recursive: true });
    try {
      Deno.writeFileSync(making, encodeScan(root, { ...scan, files }));
      Deno.renameSync(making, path);
    } catch (error) {
      removeIfThere(making);
      throw error;
    }
  }

  /** Forgets all: what was stored once may be lost, and is stored again when it is read again. */
  forget(): void {
    // The directory stays: another process may be about to remember something in it.
    for (const name of namesIn(this.#directory)) {
      if (!name.includes(".")) removeIfThere(`${this.#directory}/${name}`);
    }
  }

  #fileOf(root: string): string {
    return `${this.#directory}/${digestHex(digestOf(root)).slice(0, 32)}`;
  }
}

function isSettled({ stamp }: ScannedFile, scannedAt: number): boolean {
  return Math.max(stamp.modifiedAt, stamp.changedAt) + SETTLED_MS <= scannedAt;
}
