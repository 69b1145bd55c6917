import { StorageError, type StorageKey } from "../../../core/plugin/storage.ts";
import { DirectorySync } from "./directory_sync.ts";
import { saysAbsent } from "./file_failure.ts";
import { RESERVED, type RootDirectory } from "./root_directory.ts";

/** Where objects lie: key `a/b` is the file `a/b` under the root. */
export class ObjectPaths {
  readonly #root: RootDirectory;
  readonly #sync = new DirectorySync();
  /** Directories that are known to be real ones under the root. */
  readonly #inside = new Set<string>();
  /** Directories whose own entry is known to be durable. */
  readonly #durable = new Set<string>();

  constructor(root: RootDirectory) {
    this.#root = root;
  }

  /** The file of a key; whether it is there is another question. */
  of(key: StorageKey): string {
    return `${this.#root.path}/${key}`;
  }

  /**
   * What is at a key's path; `undefined` if the key is known to be absent.
   *
   * @param what For the message of a failure.
   * @throws {StorageError} `denied` if a symbolic link is in the way, `unavailable` if the root is gone.
   * @throws Errors of the file system, not translated.
   */
  lookUp(key: StorageKey, what: string): Deno.FileInfo | undefined {
    if (isReserved(key)) return undefined;
    const path = this.of(key);
    try {
      this.assertInside(directoryOf(path), what);
      const info = Deno.lstatSync(path);
      if (info.isSymlink) throw linkInTheWay(what, path);
      return info.isFile ? info : undefined;
    } catch (error) {
      if (!saysAbsent(error)) throw error;
      this.#root.assertPresent(what);
      return undefined;
    }
  }

  /**
   * Checks that a directory of the root is reached without symbolic links, which could lead out of it.
   *
   * @throws {StorageError} `denied`.
   */
  assertInside(directory: string, what: string): void {
    if (this.#inside.has(directory)) return;
    if (Deno.realPathSync(directory) !== directory) throw linkInTheWay(what, directory);
    this.#inside.add(directory);
  }

  /** Makes the directory that a key's file lies in, durably. */
  async makeFolder(key: StorageKey, what: string): Promise<void> {
    if (isReserved(key)) {
      throw new StorageError("denied", {
        what,
        why: `keys under ${RESERVED.map((name) => `${name}/`).join(" and ")} are kept for unfinished files`,
      });
    }
    const directory = directoryOf(this.of(key));
    if (this.#durable.has(directory)) return;
    // First, since making folders would make a root that has gone, too, in a place that is not the storage.
    this.#root.assertPresent(what);
    Deno.mkdirSync(directory, { recursive: true });
    this.assertInside(directory, what);
    const missing: string[] = [];
    for (let at = directory; at !== this.#root.path && !this.#durable.has(at); at = directoryOf(at)) {
      missing.push(at);
    }
    // Also for folders that were there: the process that made them may not have come to it yet.
    await Promise.all(missing.map((path) => this.#sync.sync(directoryOf(path))));
    for (const path of missing) this.#durable.add(path);
  }

  /** Makes what was done to a key's directory entry durable. */
  async syncFolder(key: StorageKey): Promise<void> {
    await this.#sync.sync(directoryOf(this.of(key)));
  }

  /** Forgets what is known of a key's directory: somebody has removed it. */
  forget(key: StorageKey): void {
    for (let at = directoryOf(this.of(key)); at !== this.#root.path; at = directoryOf(at)) {
      this.#durable.delete(at);
      this.#inside.delete(at);
    }
  }
}

/** Whether a key can have this part; as in {@link StorageKey}. */
export function isKeyPart(name: string): boolean {
  return /^[A-Za-z0-9._@-]+$/.test(name) && !/^\.+$/.test(name);
}

/** Whether a key would lie where unfinished files do. */
export function isReserved(key: string): boolean {
  return RESERVED.some((folder) => key === folder || key.startsWith(`${folder}/`));
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function linkInTheWay(what: string, path: string): StorageError {
  return new StorageError("denied", {
    what,
    why:
      `${path} is, or lies behind, a symbolic link, and a storage does not follow links out of its directory`,
    fix: ["mount the other disk there, or set `storage.path` to where the files are"],
  });
}
