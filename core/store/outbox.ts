import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { pause } from "../plugin/pause.ts";
import {
  type GetOptions,
  isStorageError,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageKey,
  type StoredObject,
} from "../plugin/storage.ts";
import { isDocumentKey } from "./keys.ts";
import { LocalKnowledge } from "./local_knowledge.ts";
import { ObjectCatalog } from "./object_catalog.ts";
import type { PackEntry } from "./pack_format.ts";
import { removeIfThere } from "./staging.ts";
import { readAll } from "./verified_stream.ts";

/** Where an outbox lies, and how a storage in a directory is opened. */
export interface OutboxPlace {
  /** Absolute; made when something is first put in. */
  readonly directory: string;
  /** Opens a storage in a directory of this machine. */
  readonly open: (path: string) => Promise<Storage>;
  /** Locks a file for one holder, if it is free; does not wait. */
  readonly tryLock: (file: Deno.FsFile) => boolean;
}

// A sender holds the others off for as long as sending takes, a replacement for a moment.
const LOCK_POLL_MS = { first: 5, most: 250 };

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
    const storage = await this.storage();
    if (isDocumentKey(key)) {
      // Not while a sender compares what it has sent with what is here, and removes it.
      using _replacing = await this.#lock("replace", options);
      await storage.put(key, body, options);
    } else await storage.put(key, body, options);
    this.#raise();
  }

  /**
   * Removes a document that was sent, unless another has taken its place since: that one still waits.
   *
   * @param bytes What was sent.
   */
  async removeSent(key: StorageKey, bytes: Uint8Array, options: OperationOptions = {}): Promise<void> {
    using _replacing = await this.#lock("replace", options);
    const stream = await this.get(key, options);
    if (stream === undefined || !isEqual(await readAll(stream), bytes)) return;
    await (await this.storage()).delete(key, options);
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

  /** Forgets what a pack held that is no longer in. */
  async forgetPack(pack: Digest): Promise<void> {
    await this.catalog();
    this.#index!.removePacks([pack]);
  }

  /** Holds off other senders until it is disposed; waits for one that is at work. @throws The signal's reason. */
  async lock(options: OperationOptions = {}): Promise<Disposable> {
    return await this.#lock("lock", options);
  }

  async #lock(name: string, { signal }: OperationOptions): Promise<Disposable> {
    signal?.throwIfAborted();
    await Deno.mkdir(this.#place.directory, { recursive: true });
    const file = await Deno.open(`${this.#place.directory}/${name}`, { create: true, write: true });
    try {
      for (
        let ms = LOCK_POLL_MS.first;
        !this.#place.tryLock(file);
        ms = Math.min(ms * 2, LOCK_POLL_MS.most)
      ) {
        await pause(ms, signal);
      }
    } catch (error) {
      file.close();
      throw error;
    }
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

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
