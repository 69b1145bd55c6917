import { type Digest, digestHex, isDigest } from "../model/digest.ts";
import { blocksOf, type Evictable, type Shelf } from "./room.ts";
import { isRunId, type RunId } from "../model/run_id.ts";
import { removeIfThere, statIfThere } from "./if_there.ts";

/** What a stage key gave. */
export interface StageResult {
  /** The run whose outputs are those of the stage. */
  readonly run: RunId;
}

/** A result in a cache. */
export interface CachedResult extends Evictable {
  readonly key: Digest;
}

/** Stage results by stage key: one small file each, complete or absent. May be deleted at any time. */
export class StageResults implements Shelf {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens the results in `directory`, which is made if absent. */
  static async open(directory: string): Promise<StageResults> {
    await Deno.mkdir(directory, { recursive: true });
    return new StageResults(directory);
  }

  /** The result for a stage key; `undefined` if there is none, or none that can be read. */
  async get(key: Digest): Promise<StageResult | undefined> {
    const path = this.#path(key);
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const now = new Date();
    // A result in a cache that only another may write is of the same use.
    await Deno.utime(path, now, now).catch(() => {});
    return readResult(text);
  }

  /** Keeps a result in place of the one before. */
  async put(key: Digest, result: StageResult): Promise<void> {
    const path = this.#path(key);
    const temporary = `${path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(temporary, JSON.stringify({ run: result.run }));
    await Deno.rename(temporary, path);
  }

  /** Forgets a result; one that is absent is forgotten already. */
  async remove(key: Digest): Promise<void> {
    try {
      await Deno.remove(this.#path(key));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** All results, the one longest unused first. */
  list(): CachedResult[] {
    return this.evictables().sort((a, b) => a.usedAt - b.usedAt);
  }

  fixedBytes(): number {
    return 0;
  }

  evictables(): CachedResult[] {
    const results: CachedResult[] = [];
    for (const { name } of Deno.readDirSync(this.#directory)) {
      const key = `sha256:${name.replace(/\.json$/, "")}`;
      if (!name.endsWith(".json") || !isDigest(key)) continue;
      const path = `${this.#directory}/${name}`;
      const info = statIfThere(path);
      if (info === undefined) continue;
      const evict = () => {
        removeIfThere(path);
        return true;
      };
      results.push({ key, bytes: blocksOf(info.size), usedAt: info.mtime?.getTime() ?? 0, last: 1, evict });
    }
    return results;
  }

  #path(key: Digest): string {
    return `${this.#directory}/${digestHex(key)}.json`;
  }
}

function readResult(text: string): StageResult | undefined {
  try {
    const { run } = JSON.parse(text) as { run?: unknown };
    return typeof run === "string" && isRunId(run) ? { run } : undefined;
  } catch {
    // A cache entry that cannot be read is the same as none.
    return undefined;
  }
}
