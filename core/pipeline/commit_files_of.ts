import { checkoutTree } from "../source/checkout.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { entryIn, findFileIn } from "../source/tree_lookup.ts";
import type { CommitFiles } from "./image/commit_files.ts";
import { removeTree } from "./run_directory.ts";

/** The files of a project in a commit, read from git's objects; laid out as files only if somebody asks. */
export class CommitFilesOf implements CommitFiles, AsyncDisposable {
  readonly #reader: ObjectReader;
  readonly #tree: string;
  readonly #prefix: string;
  readonly #signal: AbortSignal;
  #laid: Promise<string> | undefined;

  /** @param directory Where the project stands in the repository; absent at the root. */
  constructor(reader: ObjectReader, tree: string, directory: string | undefined, signal: AbortSignal) {
    this.#reader = reader;
    this.#tree = tree;
    this.#prefix = directory ?? "";
    this.#signal = signal;
  }

  async objectId(path: string): Promise<string | undefined> {
    const at = this.#at(path);
    if (at === "") return `40000 ${this.#tree}`;
    const entry = await entryIn(this.#reader, this.#tree, at);
    return entry === undefined ? undefined : `${entry.mode} ${entry.oid}`;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return await findFileIn(this.#reader, this.#tree, this.#at(path));
  }

  async directory(): Promise<string> {
    const laid = await (this.#laid ??= this.#lay());
    return this.#prefix === "" ? laid : `${laid}/${this.#prefix}`;
  }

  async #lay(): Promise<string> {
    const directory = await Deno.makeTempDir({ prefix: "aero-build-" });
    await checkoutTree(this.#reader, this.#tree, `${directory}/code`, { signal: this.#signal });
    return `${directory}/code`;
  }

  #at(path: string): string {
    if (this.#prefix === "") return path;
    return path === "" ? this.#prefix : `${this.#prefix}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const laid = await this.#laid?.catch(() => undefined);
    if (laid !== undefined) await removeTree(laid.slice(0, -"/code".length));
  }
}
