import { isSafePath } from "../../../core/model/safe_path.ts";
import { absent, invalid, Refusal } from "./refusal.ts";

/** Where files lie while they come. */
const INCOMING = ".aero-incoming";

/** Where a directory lies while it is swapped with another. */
const SWAPPED = ".aero-swapped";

/** Names at the top that are there only while something is under way; no artifact may have them. */
export const RESERVED: readonly string[] = [INCOMING, SWAPPED];

/** A file or directory in a listing. */
export interface ListedFile {
  /** Its last part. */
  readonly name: string;
  readonly isDirectory: boolean;
  /** Bytes; of a directory, 0. */
  readonly size: number;
}

/** Files below a directory of the host, by relative paths. No link is followed, so none leads out of it. */
export class ArtifactFiles {
  readonly #root: string;
  readonly #signal: AbortSignal;
  #coming = 0;
  #made = 0;

  /** @param signal Ends what is under way. */
  constructor(root: string, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
  }

  /**
   * Writes a file, and the directories above it; nobody sees it before it is whole.
   *
   * @param pathNow Asked before the body is read, and again when it is whole: directories may have been swapped.
   * @throws {Refusal} if the path is not fit for a file, the body breaks off, or the disk does not take it.
   */
  async write(pathNow: () => string, body: ReadableStream<Uint8Array> | null): Promise<void> {
    const path = pathNow();
    checkPath(path);
    try {
      await this.#write(pathNow, body);
    } catch (error) {
      throw asRefusal(error, `Cannot store the artifact ${JSON.stringify(path)}`);
    }
  }

  async #write(pathNow: () => string, body: ReadableStream<Uint8Array> | null): Promise<void> {
    const incoming = `${this.#root}/${INCOMING}`;
    const coming = `${incoming}/${this.#made++}`;
    this.#coming++;
    try {
      await Deno.mkdir(incoming, { recursive: true });
      try {
        await this.#receive(coming, body);
        this.#put(coming, pathNow());
      } finally {
        await removeIfThere(coming);
      }
    } finally {
      this.#coming--;
      // Synchronous, or another one's directory could go between its making and its use.
      if (this.#coming === 0) removeEmpty(incoming);
    }
  }

  async #receive(coming: string, body: ReadableStream<Uint8Array> | null): Promise<void> {
    const file = await Deno.open(coming, { write: true, createNew: true });
    if (body === null) return file.close();
    let failed: unknown;
    await body.pipeTo(file.writable, { signal: this.#signal }).catch((error) => failed = error);
    if (failed === undefined) return;
    if (systemCode(failed) !== undefined) throw failed;
    throw new Refusal("BAD_REQUEST", "Cannot store the artifact: the request broke off", { cause: failed });
  }

  /** In one go, so that no directory goes between being seen and being used. */
  #put(coming: string, path: string): void {
    const target = `${this.#root}/${path}`;
    const parts = path.split("/");
    const made: string[] = [];
    try {
      for (let i = 1; i < parts.length; i++) {
        const directory = `${this.#root}/${parts.slice(0, i).join("/")}`;
        const there = lookNow(directory);
        if (there === undefined) {
          Deno.mkdirSync(directory);
          made.unshift(directory);
        } else if (!there.isDirectory) {
          throw invalid(
            `Cannot store the artifact ${JSON.stringify(path)}: a file is where its directory is to be`,
          );
        }
      }
      if (lookNow(target)?.isDirectory) {
        throw invalid(`Cannot store the artifact ${JSON.stringify(path)}: a directory of that name is there`);
      }
      Deno.renameSync(coming, target);
    } catch (error) {
      for (const directory of made) removeEmpty(directory);
      throw error;
    }
  }

  /**
   * Swaps two directories; one that is not there is not there under the other name then.
   *
   * @throws {Refusal} if the disk does not let it.
   */
  swap(a: string, b: string): void {
    try {
      this.#move(a, SWAPPED);
      this.#move(b, a);
      this.#move(SWAPPED, b);
    } catch (error) {
      throw asRefusal(error, `Cannot rename the artifacts in ${JSON.stringify(a)}`);
    }
  }

  #move(from: string, to: string): void {
    if (lookNow(`${this.#root}/${from}`) !== undefined) {
      Deno.renameSync(`${this.#root}/${from}`, `${this.#root}/${to}`);
    }
  }

  /**
   * Opens a file for reading.
   *
   * @throws {Refusal} if there is none.
   */
  async read(
    path: string,
  ): Promise<{ readonly size: number; readonly body: ReadableStream<Uint8Array<ArrayBuffer>> }> {
    try {
      if ((await this.#look(path))?.isFile !== true) throw noFile(path);
      const file = await Deno.open(`${this.#root}/${path}`);
      return { size: (await file.stat()).size, body: file.readable };
    } catch (error) {
      throw asRefusal(error, `Cannot read the artifact ${JSON.stringify(path)}`);
    }
  }

  /** What is at `path`, as {@link ArtifactFiles.list} would list it. @throws {Refusal} */
  async stat(path: string): Promise<ListedFile | undefined> {
    try {
      const info = await this.#look(path);
      if (info === undefined || info.isSymlink) return undefined;
      const name = path.slice(path.lastIndexOf("/") + 1);
      return { name, isDirectory: info.isDirectory, size: info.isDirectory ? 0 : info.size };
    } catch (error) {
      throw asRefusal(error, `Cannot read the artifact ${JSON.stringify(path)}`);
    }
  }

  /** What lies in the directory `path`, by name; nothing if it is none. @throws {Refusal} */
  async list(path: string): Promise<readonly ListedFile[]> {
    try {
      if ((await this.#look(path))?.isDirectory !== true) return [];
      const listed: ListedFile[] = [];
      for await (const { name } of Deno.readDir(`${this.#root}/${path}`)) {
        const found = await this.stat(`${path}/${name}`);
        if (found !== undefined) listed.push(found);
      }
      return listed.sort((a, b) => a.name < b.name ? -1 : 1);
    } catch (error) {
      throw asRefusal(error, `Cannot list the artifacts in ${JSON.stringify(path)}`);
    }
  }

  /** Removes a file or directory, and directories above it that are empty then. @throws {Refusal} if it is not there. */
  async remove(path: string): Promise<void> {
    try {
      if (await this.#look(path) === undefined) throw noFile(path);
      await Deno.remove(`${this.#root}/${path}`, { recursive: true });
      const parts = path.split("/");
      for (let i = parts.length - 1; i > 0; i--) removeEmpty(`${this.#root}/${parts.slice(0, i).join("/")}`);
    } catch (error) {
      throw asRefusal(error, `Cannot remove the artifact ${JSON.stringify(path)}`);
    }
  }

  /** What is at `path`; `undefined` if nothing is, or the way there leads over anything but directories. */
  async #look(path: string): Promise<Deno.FileInfo | undefined> {
    checkPath(path);
    const parts = path.split("/");
    for (let i = 1; i < parts.length; i++) {
      const above = await lookAt(`${this.#root}/${parts.slice(0, i).join("/")}`);
      if (above?.isDirectory !== true) return undefined;
    }
    return await lookAt(`${this.#root}/${path}`);
  }
}

function checkPath(path: string): void {
  if (!isSafePath(path)) {
    throw invalid(
      `Invalid artifact path ${JSON.stringify(path.slice(0, 200).toWellFormed())}: it is not inside the run`,
    );
  }
}

function noFile(path: string): Refusal {
  return absent(`No such artifact: '${path}'`);
}

async function lookAt(place: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function lookNow(place: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeEmpty(directory: string): void {
  try {
    Deno.removeSync(directory);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "ENOTEMPTY"].includes(systemCode(error) ?? "")) throw error;
  }
}

/** `ENOSPC` and the like; `undefined` if the disk did not say it. */
function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What the disk said; a status that MLflow's client does not repeat the request for. */
function asRefusal(error: unknown, what: string): Refusal {
  if (error instanceof Refusal) return error;
  if (systemCode(error) === "ENAMETOOLONG") return invalid(`${what}: the name is too long`, { cause: error });
  const why = error instanceof Error ? error.message : "unknown";
  return new Refusal("INTERNAL_ERROR", `${what}: ${why}`, { cause: error, status: 507 });
}
