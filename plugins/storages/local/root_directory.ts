import type { PluginContext } from "../../../core/plugin/context.ts";
import { StorageError } from "../../../core/plugin/storage.ts";
import { fileFailure } from "./file_failure.ts";
import { removeLeftovers } from "./leftovers.ts";

/** Folders of the root that hold no objects. */
export const RESERVED = ["tmp", "staging"] as const;

/** The directory of a local storage, and where in it half-written files are. */
export class RootDirectory {
  /** Absolute, free of symbolic links. */
  readonly path: string;
  /** For files that a put writes. */
  readonly temporary: string;
  /** For files that callers write, to be moved into place; absent if it cannot be written to. */
  readonly staging: string | undefined;
  readonly #device: number;
  readonly #inode: number | null;

  private constructor(path: string, staging: boolean) {
    this.path = path;
    this.temporary = `${path}/tmp`;
    this.staging = staging ? `${path}/staging` : undefined;
    const info = Deno.statSync(path);
    this.#device = info.dev;
    this.#inode = info.ino;
  }

  /**
   * Opens the directory and makes it if it is not there. One that may only be read opens too.
   *
   * @throws {StorageError} `denied`, `full`, `unavailable` if it is not there and cannot be made, or is no directory.
   */
  static async open(path: string, context: PluginContext): Promise<RootDirectory> {
    const what = `Cannot open the storage ${path}`;
    try {
      if (!isDirectory(path)) Deno.mkdirSync(path, { recursive: true });
      const real = Deno.realPathSync(path);
      const root = new RootDirectory(real, makeFolders(real));
      const removed = RESERVED.reduce(
        (sum, folder) => sum + removeLeftovers(`${real}/${folder}`, context.now().getTime()),
        0,
      );
      if (removed > 0) context.log("storage.leftovers_removed", { location: real, files: removed });
      return root;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
        throw new StorageError("denied", {
          what,
          why: `${path} is, or leads through, a file, and a storage is a directory`,
          fix: ["set `storage.path` to a directory"],
        }, { cause: error });
      }
      throw await fileFailure(what, path, error);
    }
  }

  /**
   * Checks that the directory is still the one that was opened. Without this, a file system that was unmounted
   * would look like a storage with nothing in it.
   *
   * @throws {StorageError} `unavailable`.
   */
  assertPresent(what: string): void {
    let cause: unknown;
    try {
      const info = Deno.statSync(this.path);
      if (info.dev === this.#device && info.ino === this.#inode) return;
    } catch (error) {
      cause = error;
    }
    throw new StorageError("unavailable", {
      what,
      why: `the directory that was opened at ${this.path} is not there any more`,
      fix: [`see whether its file system is mounted: \`df -h ${this.path}\``],
    }, { cause });
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    // Told by the attempt to make it.
    return false;
  }
}

function makeFolders(root: string): boolean {
  try {
    for (const folder of RESERVED) Deno.mkdirSync(`${root}/${folder}`, { recursive: true });
    // The folders may be there from better days: only a write shows that one can write.
    const probe = `${root}/staging/${crypto.randomUUID()}`;
    Deno.openSync(probe, { write: true, createNew: true }).close();
    Deno.removeSync(probe);
    return true;
  } catch {
    // Nothing can be written here: reads work all the same, and a put says why it does not.
    return false;
  }
}
