import { type Digest, digestHex } from "../model/digest.ts";
import { isRunId, type RunId } from "../model/run_id.ts";

/** What a stage key gave. */
export interface StageResult {
  /** The run whose outputs are those of the stage. */
  readonly run: RunId;
}

/** Stage results by stage key: one small file each, complete or absent. May be deleted at any time. */
export class StageResults {
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
    let text: string;
    try {
      text = await Deno.readTextFile(this.#path(key));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
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
