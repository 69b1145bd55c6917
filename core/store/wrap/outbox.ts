import type { OperationOptions } from "../../plugin/context.ts";
import {
  bytesBody,
  type GetOptions,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  StorageError,
  type StorageKey,
  type StoredObject,
} from "../../plugin/storage.ts";
import { isClaimKey, isDocumentKey, MARKER_KEY } from "../keys.ts";
import type { KnownNames } from "../known_names.ts";
import type { Outbox } from "../outbox.ts";
import { awayError } from "./away_error.ts";
import { readAll } from "../verified_stream.ts";
import { WatchedStorage } from "./watched.ts";

/** What an {@link OutboxStorage} is made of. */
export interface OutboxParts {
  /** Closed with the wrapper. */
  readonly remote: Storage;
  /** Closed with the wrapper. */
  readonly outbox: Outbox;
  /** Closed with the wrapper; absent where remembering names is not worth it. */
  readonly known?: KnownNames;
  /** Begins as if the storage could not be reached, and never asks it. */
  readonly offline?: boolean;
  readonly now: () => number;
  /** Told once, when puts begin to go to the outbox since the storage failed. */
  readonly onTrouble?: (error: StorageError) => void;
}

/**
 * A storage that work can go on without: once it is `unavailable`, what is put waits in an outbox on this machine.
 *
 * - *Direct*, as it begins unless something waits: every call goes to the storage, and nothing else happens.
 * - *Holding*, while something waits: what is put waits too, so that nothing is named in the storage before what it
 *   names is there. Reads see the outbox and the storage as one.
 * - *Away*, from the first `unavailable` on: the storage is asked no more. Reads see the outbox, and names as they were
 *   last known. All else fails with `unavailable`, since it is not known: `stat` never says that a key is absent, a
 *   listing gives what is known and then fails, and a key that many may want is not given away.
 */
export class OutboxStorage implements Storage {
  /** The storage itself, which goes away here too when it fails; for who must not see the outbox. */
  readonly remote: Storage;
  readonly outbox: Outbox;
  readonly #remote: Storage;
  readonly #parts: OutboxParts;
  #holding: boolean;
  #away: boolean;
  #put = false;
  #trouble: StorageError | undefined;
  #troubleAt = -Infinity;
  #keepsAll = false;
  #capabilities: StorageCapabilities | undefined;

  /** Use {@link OutboxStorage.open}; this one is for an outbox in which nothing waits. */
  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#remote = parts.remote;
    this.outbox = parts.outbox;
    this.#away = parts.offline ?? false;
    this.#holding = this.#away || parts.outbox.hasWaiting;
    this.remote = new WatchedStorage(parts.remote, (work) => this.#asked(work));
  }

  /** Opens the wrapper; it owns its parts from then on. */
  static async open(parts: OutboxParts): Promise<OutboxStorage> {
    const storage = new OutboxStorage(parts);
    if (storage.isHolding) storage.#capabilities = (await parts.outbox.storage()).capabilities;
    return storage;
  }

  /** Whether the storage is not asked any more. */
  get isAway(): boolean {
    return this.#away;
  }

  /** Whether what is put waits in the outbox. */
  get isHolding(): boolean {
    return this.#holding;
  }

  /** Whether something was put into the outbox by this wrapper. */
  get hasHeld(): boolean {
    return this.#put;
  }

  /** When the storage failed last; epoch milliseconds, before all times if it has not. */
  get troubleAt(): number {
    return this.#troubleAt;
  }

  /** Why the storage is away or refuses; absent if it is not, or if that was asked for. */
  get trouble(): StorageError | undefined {
    return this.#trouble;
  }

  get location(): string {
    return this.#remote.location;
  }

  get capabilities(): StorageCapabilities {
    return this.#capabilities ?? this.#remote.capabilities;
  }

  /**
   * From here on a put that the storage refuses for whatever reason waits in the outbox as well: what hours of work
   * have made is not lost to credentials that have run out, or a quota.
   */
  keepAll(): void {
    this.#keepsAll = true;
  }

  /** When the names under `prefix` were last known whole; epoch milliseconds. */
  knownAt(prefix: string): number | undefined {
    return this.#parts.known?.listedAt(prefix);
  }

  async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (!this.#holding) {
      try {
        await this.#remote.put(key, body, options);
        return await this.#rememberPut(key, body);
      } catch (error) {
        if (!await this.#turnsAway(error)) throw error;
      }
    }
    if (isClaimKey(key)) {
      if (this.#away) throw this.#awayError(`Cannot store "${key}"`, { looked: false });
      return await this.remote.put(key, body, options);
    }
    await this.outbox.put(key, body, options);
    this.#put = true;
  }

  async get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    options.signal?.throwIfAborted();
    // The outbox first: what is sent is in the storage before it leaves the outbox.
    const held = this.#holding ? await this.outbox.get(key, options) : undefined;
    if (held !== undefined) return held;
    if (!this.#away) {
      try {
        const stream = await this.#remote.get(key, options);
        return isDocumentKey(key) && options.range === undefined ? await this.#remember(key, stream) : stream;
      } catch (error) {
        if (!await this.#turnsAway(error)) throw error;
      }
    }
    const known = options.range === undefined ? this.#parts.known?.get(key) : undefined;
    if (known === undefined) throw this.#awayError(`Cannot read "${key}"`);
    return bytesBody(known.bytes).open();
  }

  async stat(key: StorageKey, options: OperationOptions = {}): Promise<StoredObject | undefined> {
    options.signal?.throwIfAborted();
    const held = this.#holding ? await (await this.outbox.storage()).stat(key, options) : undefined;
    if (held !== undefined) return held;
    if (!this.#away) {
      try {
        return await this.#remote.stat(key, options);
      } catch (error) {
        if (!await this.#turnsAway(error)) throw error;
      }
    }
    const known = this.#parts.known?.get(key);
    if (known === undefined) throw this.#awayError(`Cannot look up "${key}"`);
    return { key, size: known.size, modifiedAt: known.modifiedAt };
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    options.signal?.throwIfAborted();
    const given = new Set<StorageKey>();
    if (this.#holding) {
      for await (const object of (await this.outbox.storage()).list(prefix, options)) {
        given.add(object.key);
        yield object;
      }
    }
    const { known } = isDocumentKey(prefix) ? this.#parts : {};
    if (!this.#away) {
      const listed: StoredObject[] = [];
      try {
        for await (const object of this.#remote.list(prefix, options)) {
          if (known !== undefined) listed.push(object);
          if (given.has(object.key)) continue;
          if (known !== undefined) given.add(object.key);
          yield object;
        }
        known?.noteListing(prefix, listed, this.#parts.now());
        return;
      } catch (error) {
        if (!await this.#turnsAway(error)) throw error;
      }
    }
    for (const { key, size, modifiedAt } of known?.under(prefix) ?? []) {
      if (!given.has(key)) yield { key, size, modifiedAt };
    }
    throw this.#awayError(`Cannot list "${prefix}"`);
  }

  /** Removes a document from where it is; objects from the storage only, since what waits is to be sent. */
  async delete(key: StorageKey, options: OperationOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#holding && isDocumentKey(key)) {
      const held = await this.outbox.storage();
      if (await held.stat(key, options) !== undefined) return await held.delete(key, options);
    }
    if (this.#away) throw this.#awayError(`Cannot remove "${key}"`, { looked: false });
    await this.remote.delete(key, options);
  }

  /** Whether the storage is not to be asked, since somebody said so. */
  get isOffline(): boolean {
    return this.#parts.offline ?? false;
  }

  /**
   * Asks the storage again, if it was away and may be asked; whether it answers. What waits is then to be sent.
   */
  async comeBack(options: OperationOptions = {}): Promise<boolean> {
    if (this.isOffline) return false;
    if (!this.#away) return true;
    try {
      await this.#remote.stat(MARKER_KEY, options);
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
    this.#away = false;
    return true;
  }

  /** Looks again whether something waits; called when what waited has been sent. */
  lookAgain(): void {
    this.#holding = this.#away || this.outbox.hasWaiting;
    if (this.#holding) return;
    this.#put = false;
    this.#trouble = undefined;
    this.#capabilities = undefined;
  }

  /**
   * Notes documents that the storage has just listed and that nobody had to read, since their bytes are had from
   * elsewhere, so that they are known here also when the storage is away.
   */
  noteListed(
    prefix: string,
    documents: readonly { readonly key: StorageKey; readonly bytes: Uint8Array }[],
  ): void {
    // What is listed while something waits may be in the outbox alone.
    if (!this.#holding) this.#parts.known?.keepUnknown(prefix, documents);
  }

  /** Notes documents that were just sent, so that they are known here also when the storage is away. */
  noteSent(key: StorageKey, bytes: Uint8Array): void {
    this.#parts.known?.keep(key, bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.known?.[Symbol.dispose]();
    await this.outbox[Symbol.asyncDispose]();
    await this.#remote[Symbol.asyncDispose]();
  }

  async #remember(key: StorageKey, stream: ReadableStream<Uint8Array>) {
    if (this.#parts.known === undefined) return stream;
    const bytes = await readAll(stream);
    this.#parts.known.keep(key, bytes);
    return bytesBody(bytes).open();
  }

  async #rememberPut(key: StorageKey, body: ObjectBody): Promise<void> {
    if (this.#parts.known !== undefined && isDocumentKey(key)) {
      this.#parts.known.keep(key, await readAll(body.open()));
    }
  }

  /** Something is asked of the storage alone. */
  async #asked<T>(work: () => Promise<T>): Promise<T> {
    if (this.#away) throw this.#awayError("Cannot ask the storage", { looked: false });
    try {
      return await work();
    } catch (error) {
      if (await this.#turnsAway(error)) throw this.#awayError("Cannot ask the storage", { looked: false });
      throw error;
    }
  }

  /** Whether an error is one after which puts go to the outbox; notes it. */
  async #turnsAway(error: unknown): Promise<boolean> {
    if (!(error instanceof StorageError)) return false;
    const away = error.code === "unavailable" || (this.#keepsAll && error.code === "denied");
    if (!away && !(this.#keepsAll && error.code === "full")) return false;
    // Opened before anything is said to be held: who asks for it afterwards may not wait.
    this.#capabilities = (await this.outbox.storage()).capabilities;
    const first = this.#trouble === undefined;
    this.#trouble ??= error;
    this.#troubleAt = this.#parts.now();
    this.#holding = true;
    if (away) this.#away = true;
    if (first) this.#parts.onTrouble?.(error);
    return true;
  }

  #awayError(what: string, options: { readonly looked?: boolean } = {}): StorageError {
    return awayError(what, this, options);
  }
}
