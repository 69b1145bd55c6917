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
   * @param from Directory that has one directory an output.
   * @returns Output name to where it is kept.
   */
  keep(outputs: readonly string[], from: string): Record<string, string> {
    const kept: Record<string, string> = {};
    for (const name of outputs) {
      const numbers = this.#numbers(name);
      const next = (numbers.at(-1) ?? 0) + 1;
      Deno.mkdirSync(`${this.#root}/artifacts/${name}`, { recursive: true });
      Deno.renameSync(`${from}/${name}`, this.#path(name, next));
      kept[name] = this.#path(name, next);
      for (const old of numbers.slice(0, Math.max(0, numbers.length - KEPT + 1))) {
        Deno.removeSync(this.#path(name, old), { recursive: true });
      }
    }
    return kept;
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
