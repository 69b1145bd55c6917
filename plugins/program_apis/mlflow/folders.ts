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

  /** The directory of a model that belongs to the run. */
  model(name: string): Folder {
    return new ModelFolder(join(this.place, this.#names.claim(pathPart(name))));
  }
}

class ModelFolder implements Folder {
  constructor(readonly place: string) {}

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
