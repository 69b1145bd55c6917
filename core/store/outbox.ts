import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import {
  type GetOptions,
  isStorageError,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageKey,
  type StoredObject,
} from "../plugin/storage.ts";
import { LocalKnowledge } from "./local_knowledge.ts";
import { ObjectCatalog } from "./object_catalog.ts";
import type { PackEntry } from "./pack_format.ts";
import { removeIfThere } from "./staging.ts";

/** Where an outbox lies, and how a storage in a directory is opened. */
export interface OutboxPlace {
  /** Absolute; made when something is first put in. */
  readonly directory: string;
  /** Opens a storage in a directory of this machine. */
  readonly open: (path: string) => Promise<Storage>;
}

/** How much an outbox holds. */
export interface OutboxContent {
  readonly objects: number;
  readonly bytes: number;
  readonly keys: readonly StoredObject[];
}

/**
 * What waits on this machine to be sent to one storage, laid out as a storage is. Several processes may put into it,
 * and one may send, at once.
 */
export class Outbox implements AsyncDisposable {
  readonly #place: OutboxPlace;
  #storage: Promise<Storage> | undefined;
  #catalog: Promise<ObjectCatalog> | undefined;
  #index: LocalKnowledge | undefined;

  constructor(place: OutboxPlace) {
    this.#place = place;
  }

  /** Whether something waits. Asks the file system once. */
  get hasWaiting(): boolean {
    try {
      return Deno.statSync(this.#sign).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** What it holds lies in this storage; made if it is not there. */
  storage(): Promise<Storage> {
    return this.#storage ??= this.#open();
  }

  /** Which objects it holds. */
  catalog(): Promise<ObjectCatalog> {
    return this.#catalog ??= this.storage().then((storage) => {
      this.#index = LocalKnowledge.open(`${this.#place.directory}/index.db`);
      return new ObjectCatalog(storage, this.#index);
    });
  }

  /** Puts something in; it waits from then on. */
  async put(key: StorageKey, body: ObjectBody, options: PutOptions): Promise<void> {
    await (await this.storage()).put(key, body, options);
    this.#raise();
  }

  /** Reads what is in; `undefined` if it is not. */
  async get(key: StorageKey, options: GetOptions): Promise<ReadableStream<Uint8Array> | undefined> {
    try {
      return await (await this.storage()).get(key, options);
    } catch (error) {
      if (isStorageError(error, "not_found")) return undefined;
      throw error;
    }
  }

  /** All that waits. */
  async content(options: OperationOptions = {}): Promise<OutboxContent> {
    const keys = this.hasWaiting ? await Array.fromAsync((await this.storage()).list("", options)) : [];
    return { objects: keys.length, bytes: keys.reduce((sum, { size }) => sum + size, 0), keys };
  }

  /** The objects of a pack that is in, in their order; none if its index cannot be read. */
  async entriesOf(pack: Digest): Promise<readonly PackEntry[]> {
    const catalog = await this.catalog();
    const known = this.#index!.entriesOf(pack);
    if (known.length > 0) return known;
    await catalog.refreshPacks();
    return this.#index!.entriesOf(pack);
  }

  /** Holds off other senders until it is disposed; waits for one that is at work. */
  async lock(): Promise<Disposable> {
    await Deno.mkdir(this.#place.directory, { recursive: true });
    const file = await Deno.open(`${this.#place.directory}/lock`, { create: true, write: true });
    await file.lock(true);
    return { [Symbol.dispose]: () => file.close() };
  }

  /** Says that nothing waits, unless something does. */
  async settle(): Promise<void> {
    // The sign goes first: a put that comes between raises it again, since it does so last.
    removeIfThere(this.#sign);
    for await (const _ of (await this.storage()).list("")) {
      this.#raise();
      return;
    }
  }

  get #sign(): string {
    return `${this.#place.directory}/waiting`;
  }

  #raise(): void {
    Deno.openSync(this.#sign, { create: true, write: true }).close();
  }

  async #open(): Promise<Storage> {
    await Deno.mkdir(this.#place.directory, { recursive: true });
    return await this.#place.open(`${this.#place.directory}/storage`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#index?.[Symbol.dispose]();
    await (await this.#storage)?.[Symbol.asyncDispose]();
  }
}
