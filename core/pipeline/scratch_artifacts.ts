import type { OutputDirectory } from "./outputs.ts";

/** Versions of each artifact that stay. */
const KEPT = 5;

/** Artifacts of untracked runs: numbered directories, the latest few of each, in the project's own `.aero`. */
export class ScratchArtifacts {
  readonly #root: string;

  /** @param root Made when first needed. */
  constructor(root: string) {
    this.#root = root;
  }

  /** A new empty directory for one program's files; on the same file system as what is kept. */
  newWork(): string {
    Deno.mkdirSync(this.#root, { recursive: true });
    this.#removeAbandoned();
    return Deno.makeTempDirSync({ dir: this.#root, prefix: "work-" });
  }

  /** The directory of the latest version; `undefined` if there is none. */
  newest(artifact: string): string | undefined {
    const number = this.#numbers(artifact).at(-1);
    return number === undefined ? undefined : this.#path(artifact, number);
  }

  /**
   * Takes finished outputs in, each as the next version of its artifact.
   *
   * @returns Output name to where it is kept.
   */
  keep(outputs: readonly OutputDirectory[]): Record<string, string> {
    const kept: Record<string, string> = {};
    for (const { name, path } of outputs) {
      const numbers = this.#numbers(name);
      Deno.mkdirSync(`${this.#root}/artifacts/${name}`, { recursive: true });
      kept[name] = this.#take(path, name, (numbers.at(-1) ?? 0) + 1);
      for (const old of numbers.slice(0, Math.max(0, numbers.length - KEPT + 1))) {
        removeIfThere(this.#path(name, old));
      }
    }
    return kept;
  }

  /** Moves a directory to the first free number; another process may take one at the same time. */
  #take(directory: string, artifact: string, number: number): string {
    for (;; number++) {
      const path = this.#path(artifact, number);
      try {
        // Taken by making it: a rename would replace an empty directory that somebody has just put there.
        Deno.mkdirSync(path);
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) continue;
        throw error;
      }
      Deno.renameSync(directory, path);
      return path;
    }
  }

  /** Directories of programs whose aero was killed; a day is longer than anybody tries things for. */
  #removeAbandoned(): void {
    const before = Date.now() - 86_400_000;
    for (const { name } of Deno.readDirSync(this.#root)) {
      if (!name.startsWith("work-")) continue;
      const path = `${this.#root}/${name}`;
      if (modifiedAt(path) < before) removeIfThere(path);
    }
  }

  #path(artifact: string, number: number): string {
    return `${this.#root}/artifacts/${artifact}/${number}`;
  }

  /** Numbers of the versions there are, ascending. */
  #numbers(artifact: string): number[] {
    try {
      return [...Deno.readDirSync(`${this.#root}/artifacts/${artifact}`)]
        .map((entry) => Number(entry.name)).filter(Number.isInteger).sort((a, b) => a - b);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}

/** Another process may remove the same. */
function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Epoch milliseconds; the end of time for what is gone. */
function modifiedAt(path: string): number {
  try {
    return Deno.lstatSync(path).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return Infinity;
    throw error;
  }
}
