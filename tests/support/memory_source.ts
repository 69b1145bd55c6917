import {
  type DataSource,
  DataSourceError,
  type DataSourcePlugin,
  type SourceFile,
} from "../../core/plugin/data_source.ts";

/** A place outside the storage that data comes from, in memory: each write of a path is a version of it. */
export class MemorySource {
  readonly #versions = new Map<string, Uint8Array<ArrayBuffer>[]>();
  /** Reads of bytes so far, as `path@version`. */
  readonly reads: string[] = [];
  keepsVersions = true;
  whyNoVersions: string | undefined;

  /** Writes a version of a path. */
  write(path: string, text: string): void {
    const versions = this.#versions.get(path) ?? [];
    this.#versions.set(path, [...versions, new TextEncoder().encode(text)]);
  }

  /** Changes bytes that were promised to stay. */
  spoil(path: string, version: number, text: string): void {
    this.#versions.get(path)![version - 1] = new TextEncoder().encode(text);
  }

  /** Removes a path with all its versions. */
  remove(path: string): void {
    this.#versions.delete(path);
  }

  /** The plugin for addresses `mem://…`, all of which mean this place. */
  get plugin(): DataSourcePlugin {
    return {
      kind: "data-source",
      name: "memory",
      summary: "Memory of one test",
      schemes: ["mem"],
      open: () => Promise.resolve(this.#open()),
    };
  }

  #open(): DataSource {
    return {
      keepsVersions: this.keepsVersions,
      ...(this.whyNoVersions === undefined ? {} : { whyNoVersions: this.whyNoVersions }),
      options: { endpoint: "here" },
      list: () => this.#list(),
      open: async ({ url, version }) => {
        await Promise.resolve();
        const path = url.replace("mem://place/", "");
        const versions = this.#versions.get(path) ?? [];
        const at = version === undefined ? versions.length : Number(version);
        this.reads.push(`${path}@${at}`);
        const bytes = versions[at - 1];
        if (bytes === undefined) throw new DataSourceError("source_missing", { what: `Cannot read ${url}` });
        return new Blob([bytes]).stream();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async *#list(): AsyncGenerator<SourceFile> {
    await Promise.resolve();
    for (const [path, versions] of this.#versions) {
      const url = `mem://place/${path}`;
      const size = versions.at(-1)!.length;
      yield { path, url, size, ...(this.keepsVersions ? { version: `${versions.length}` } : {}) };
    }
  }
}
