import { type NameLedger, pathPart } from "./name_ledger.ts";

/** Where the artifacts of a run or model lie, as paths below the files that are handed over. */
export interface Folder {
  /** Where `path` lies, or would; `undefined` if nothing was ever put there. */
  find(path: string): string | undefined;
  /** The same, for a file that is put there. */
  claim(path: string): string;
  /** What may be at the top, by the names that the program knows; `undefined` if all that lies there is its own. */
  roots(): ReadonlyMap<string, string> | undefined;
  /** The directory itself; empty for the top. */
  readonly place: string;
}

/**
 * The artifacts of a run. What lies beside them in the same directory (other runs, models) has taken its names
 * before, so that nothing of one is ever seen or overwritten as something of the other.
 */
export class RunFolder implements Folder {
  readonly #names: NameLedger;
  readonly #own = new Map<string, string>();
  /** Which model has a name without a number. */
  readonly #plain = new Map<string, ModelFolder>();
  /** Models that were whole once. */
  readonly #promoted = new WeakSet<ModelFolder>();

  /**
   * @param place Empty for the run whose artifacts lie at the top.
   * @param names Those in the directory.
   */
  constructor(readonly place: string, names: NameLedger) {
    this.#names = names;
  }

  find(path: string): string | undefined {
    const [first, rest] = cut(path);
    const own = this.#own.get(first);
    return own === undefined ? undefined : join(this.place, own, rest);
  }

  claim(path: string): string {
    const [first, rest] = cut(path);
    let own = this.#own.get(first);
    if (own === undefined) {
      own = this.#names.claim(first);
      this.#own.set(first, own);
    }
    return join(this.place, own, rest);
  }

  roots(): ReadonlyMap<string, string> {
    return new Map([...this.#own].map(([name, own]) => [name, join(this.place, own)]));
  }

  /** A directory for a model that belongs to the run. */
  model(name: string): ModelFolder {
    const part = pathPart(name);
    const own = this.#names.claim(part);
    const folder = new ModelFolder(join(this.place, own), part);
    if (own === part) this.#plain.set(part, folder);
    return folder;
  }

  /**
   * Gives a model that is whole now the name without a number, if an older model of its name has it: whoever asks for
   * a model by its name gets the newest.
   *
   * @param swap Swaps two directories, of which either may not be there.
   */
  promote(folder: ModelFolder, swap: (a: string, b: string) => void): void {
    const holder = this.#plain.get(folder.part);
    if (holder === undefined || this.#promoted.has(folder)) return;
    this.#promoted.add(folder);
    if (holder === folder) return;
    swap(holder.place, folder.place);
    [holder.place, folder.place] = [folder.place, holder.place];
    this.#plain.set(folder.part, folder);
  }
}

/** The artifacts of a model: all that lies in one directory. */
export class ModelFolder implements Folder {
  /** @param part What the directory would be called if it were the only one of its name. */
  constructor(public place: string, readonly part: string) {}

  find(path: string): string {
    return join(this.place, path);
  }

  claim(path: string): string {
    return join(this.place, path);
  }

  roots(): undefined {
    return undefined;
  }
}

function cut(path: string): [string, string] {
  const slash = path.indexOf("/");
  return slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}
