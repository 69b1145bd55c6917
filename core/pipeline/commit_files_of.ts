import { LOCK_FILE } from "../config/find_project.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import { digestOf } from "../format/digest_of.ts";
import { checkoutTree } from "../source/checkout.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { entryIn, findFileIn } from "../source/tree_lookup.ts";
import type { CommitFiles } from "./image/commit_files.ts";
import { removeTree } from "./run_directory.ts";

/**
 * The files of a project in a commit, read from git's objects; laid out as files only if somebody asks.
 *
 * The lock file is none of them: it is written after a build, and a build that read it could never be found in it.
 */
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
    if (path === LOCK_FILE) return undefined;
    if (path === "") return await this.#rootId();
    const entry = await entryIn(this.#reader, this.#tree, this.#at(path));
    return entry === undefined ? undefined : `${entry.mode.replace(/^0+/, "")} ${entry.oid}`;
  }

  async #rootId(): Promise<string | undefined> {
    const root = this.#prefix === ""
      ? this.#tree
      : (await entryIn(this.#reader, this.#tree, this.#prefix))?.oid;
    if (root === undefined) return undefined;
    const entries = (await this.#reader.readTree(root)).filter(({ name }) => name !== LOCK_FILE);
    return `40000 ${digestOf(canonicalJson(entries.map(({ mode, name, oid }) => [mode, name, oid])))}`;
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
    const code = `${directory}/code`;
    await checkoutTree(this.#reader, this.#tree, code, { signal: this.#signal });
    const lock = this.#prefix === "" ? `${code}/${LOCK_FILE}` : `${code}/${this.#prefix}/${LOCK_FILE}`;
    await removeTree(lock);
    return code;
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
