import type { Digest } from "../model/digest.ts";
import { type IngestedFile, readSmallFile } from "./file_reading.ts";
import { PackWriter, type StagedObjects } from "./pack_writer.ts";

/** Who knows what is stored, and takes what is to be stored. */
export interface IngestPort {
  /** Which of these the caller must store: neither stored yet nor promised by another. One answer for each. */
  claim(digests: readonly Digest[]): Promise<readonly boolean[]>;
  /** Takes a finished file; it is the port's to remove. */
  take(objects: StagedObjects): Promise<void>;
}

/** How packs are made. */
export interface PackRules {
  readonly directory: string;
  /** Beginning of the names of staged files. */
  readonly name: string;
  readonly packBelowBytes: number;
  readonly packTargetBytes: number;
}

const WINDOW_BYTES = 4 * 1024 * 1024;

/** Reads and hashes small files, and lays those that are not stored yet together in packs. One caller at a time. */
export class SmallFileIngester implements Disposable {
  readonly #rules: PackRules;
  readonly #port: IngestPort;
  readonly #window: Uint8Array;
  #pack: PackWriter | undefined;

  constructor(rules: PackRules, port: IngestPort) {
    this.#rules = rules;
    this.#port = port;
    this.#window = new Uint8Array(WINDOW_BYTES + rules.packBelowBytes);
  }

  /**
   * Takes files in; what they hold is stored once {@link finish} has been called and the port has stored all it took.
   *
   * @returns In the paths' order; `undefined` for a file that is not small.
   */
  async add(paths: readonly string[]): Promise<(IngestedFile | undefined)[]> {
    const files: (IngestedFile | undefined)[] = [];
    let waiting: IngestedFile[] = [];
    let used = 0;
    for (const path of paths) {
      const file = readSmallFile(path, this.#window, used, this.#rules.packBelowBytes);
      files.push(file);
      if (!file) continue;
      waiting.push(file);
      used += file.size;
      if (used < WINDOW_BYTES) continue;
      await this.#store(waiting);
      waiting = [];
      used = 0;
    }
    if (waiting.length > 0) await this.#store(waiting);
    return files;
  }

  /** Hands over the last pack. */
  async finish(): Promise<void> {
    if (!this.#pack) return;
    const finished = this.#pack.finish();
    this.#pack = undefined;
    await this.#port.take(finished);
  }

  async #store(files: readonly IngestedFile[]): Promise<void> {
    const wanted = await this.#port.claim(files.map((file) => file.digest));
    let at = 0, run = 0;
    let objects: IngestedFile[] = [];
    // Neighbours are appended in one write.
    for (const [i, file] of files.entries()) {
      if (wanted[i]) objects.push(file);
      else {
        await this.#append(run, at, objects);
        objects = [];
        run = at + file.size;
      }
      at += file.size;
    }
    await this.#append(run, at, objects);
  }

  async #append(from: number, to: number, objects: readonly IngestedFile[]): Promise<void> {
    let begin = from, end = from;
    let part: IngestedFile[] = [];
    for (const object of objects) {
      part.push(object);
      end += object.size;
      const pack = this.#currentPack();
      if (pack.size + end - begin < this.#rules.packTargetBytes && part.length < pack.room) continue;
      pack.append(this.#window.subarray(begin, end), part);
      await this.finish();
      begin = end;
      part = [];
    }
    if (part.length > 0) this.#currentPack().append(this.#window.subarray(begin, to), part);
  }

  #currentPack(): PackWriter {
    return this.#pack ??= new PackWriter(this.#rules.directory, this.#rules.name + crypto.randomUUID());
  }

  /** Removes a pack that was not handed over. */
  [Symbol.dispose](): void {
    this.#pack?.[Symbol.dispose]();
  }
}
