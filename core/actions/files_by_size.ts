import { hashFile } from "../cache/hash_file.ts";
import type { Digest } from "../model/digest.ts";
import type { ObjectSource } from "../store/object_sources.ts";
import { fileStream } from "../store/staging.ts";
import { walkAny } from "../store/tree_walk.ts";

/** Files, and those below directories, found by what they hold; only those of the right size are ever read. */
export class FilesBySize {
  readonly #roots: () => readonly string[];
  readonly #digests = new Map<string, Digest>();
  #bySize: Map<number, string[]> | undefined;

  /** @param roots Files and directories, absolute; asked once, when a file is first looked for. */
  constructor(roots: () => readonly string[]) {
    this.#roots = roots;
  }

  /**
   * The path of a file; `undefined` if there is none.
   *
   * @throws {UserError} As {@link walkAny}.
   */
  async find(
    { digest, size }: { readonly digest: Digest; readonly size: number },
  ): Promise<string | undefined> {
    this.#bySize ??= await this.#list();
    return this.#bySize.get(size)?.find((path) => this.digestOf(path) === digest);
  }

  /** The digest of a file, which is read once. */
  digestOf(path: string): Digest {
    const known = this.#digests.get(path);
    if (known !== undefined) return known;
    const digest = hashFile(path);
    this.#digests.set(path, digest);
    return digest;
  }

  async #list(): Promise<Map<number, string[]>> {
    const bySize = new Map<number, string[]>();
    for (const root of this.#roots()) {
      const walked = await walkAny(root);
      for (const entry of walked.entries) {
        if (entry.kind !== "file") continue;
        const path = `${walked.root}/${entry.path}`;
        const paths = bySize.get(entry.stamp.size);
        if (paths) paths.push(path);
        else bySize.set(entry.stamp.size, [path]);
      }
    }
    return bySize;
  }
}

/** A file, or those below a directory, as a source of objects. @param path Absolute. */
export function fileObjects(path: string): ObjectSource {
  const files = new FilesBySize(() => [path]);
  return {
    name: path,
    async open({ digest, size }) {
      const found = size === undefined ? undefined : await files.find({ digest, size });
      return found === undefined ? undefined : fileStream(found);
    },
    document: () => Promise.resolve(undefined),
  };
}
