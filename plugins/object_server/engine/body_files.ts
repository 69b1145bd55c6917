import { hadDatabase, sizeOf } from "./data_format.ts";
import { DirectorySync, syncDirectory } from "./directory_sync.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { fileFailure } from "./file_failure.ts";
import type { StagingFile } from "./staged_body.ts";

/**
 * The files of bodies: `incoming/<id>` until a row refers to them, then `bodies/<first two digits>/<id>`.
 *
 * The move comes after the commit and is not synced, so a file may be found in either place. What a crash leaves in
 * `incoming` is all that has to be looked at when the directory is opened again.
 */
export class BodyFiles {
  readonly #directory: string;
  readonly #incoming: string;
  readonly #sync: DirectorySync;

  /** @param directory The data directory. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#incoming = `${directory}/incoming`;
    this.#sync = new DirectorySync(this.#incoming);
  }

  /** A new file that a crash removes. */
  async create(): Promise<StagingFile> {
    const id = crypto.randomUUID().replaceAll("-", "");
    const path = `${this.#incoming}/${id}`;
    return { id, path, file: await Deno.open(path, { write: true, createNew: true, mode: 0o600 }) };
  }

  /** Makes a new file durable, bytes and name; one that was staged elsewhere is brought here. */
  async seal({ id, path, file }: StagingFile): Promise<void> {
    const incoming = `${this.#incoming}/${id}`;
    if (path === incoming) await file.sync();
    else await bring(path, incoming, file);
    await this.#sync.sync();
  }

  /** Moves a file to where it stays; called when a row refers to it. A failure changes nothing for readers. */
  settle(id: string): void {
    const folder = this.#folder(id);
    const act = () => Deno.renameSync(`${this.#incoming}/${id}`, `${folder}/${id}`);
    try {
      act();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return;
      try {
        Deno.mkdirSync(folder, { recursive: true });
        act();
      } catch {
        // It stays where it is, and is moved when the directory is opened again.
      }
    }
  }

  /** Opens a file for reading. @throws {Deno.errors.NotFound} If it is in neither place. */
  async open(id: string): Promise<Deno.FsFile> {
    // It may be moved between the first look and the second, never back.
    for (const path of [this.#settled(id), `${this.#incoming}/${id}`]) {
      try {
        return await Deno.open(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return await Deno.open(this.#settled(id));
  }

  /** Removes a file from where it is; succeeds if it is not there. */
  async remove(id: string): Promise<void> {
    // In the order in which it moves, so that a move between the two looks hides it from neither.
    for (const path of [`${this.#incoming}/${id}`, this.#settled(id)]) {
      try {
        await Deno.remove(path);
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw fileFailure(`Cannot remove ${path}`, error);
      }
    }
  }

  /** Makes the removal of files durable. */
  async syncFolders(ids: readonly string[]): Promise<void> {
    for (const folder of new Set(ids.map((id) => this.#folder(id)))) {
      // One that was never made held none of them.
      await syncDirectory(folder).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw fileFailure(`Cannot sync ${folder}`, error);
      });
    }
  }

  /** Path relative to the data directory, for people. */
  relativePath(id: string): string {
    return this.#settled(id).slice(this.#directory.length + 1);
  }

  /**
   * Sets right what a crash left: files that a row refers to are moved to their place, others removed.
   *
   * @param isNeeded Whether a row refers to a file.
   */
  sweep(isNeeded: (id: string) => boolean): void {
    for (const { name } of [...Deno.readDirSync(this.#incoming)]) {
      if (isNeeded(name)) this.settle(name);
      else Deno.removeSync(`${this.#incoming}/${name}`);
    }
  }

  /**
   * Makes the folders that are missing.
   *
   * @param database The path of the database of these bodies.
   * @throws {ObjectEngineError} `corrupt` if there was a database and is none: a fresh one would seem to have lost nothing.
   */
  static prepare(directory: string, database: string): void {
    for (const folder of ["incoming", "bodies"]) {
      Deno.mkdirSync(`${directory}/${folder}`, { recursive: true, mode: 0o700 });
    }
    // One that is empty was being made when something ended it, or lost what it had.
    if ((sizeOf(database) ?? 0) > 0) return;
    const hasBodies = !Deno.readDirSync(`${directory}/bodies`)[Symbol.iterator]().next().done;
    if (!hasBodies && !hadDatabase(directory)) return;
    throw new ObjectEngineError("corrupt", {
      what: `Cannot open ${directory}`,
      why: `${database}, which says what is stored, is ${
        sizeOf(database) === undefined ? "missing" : "empty"
      }`,
      fix: ["put the database back where it was", "or use another data directory"],
    });
  }

  #folder(id: string): string {
    return `${this.#directory}/bodies/${id.slice(0, 2)}`;
  }

  #settled(id: string): string {
    return `${this.#folder(id)}/${id}`;
  }
}

async function bring(from: string, to: string, file: Deno.FsFile): Promise<void> {
  try {
    await Deno.rename(from, to);
    await file.sync();
  } catch {
    // Another file system.
    await Deno.copyFile(from, to);
    using copied = await Deno.open(to, { write: true });
    await copied.sync();
    await Deno.remove(from);
  }
}
