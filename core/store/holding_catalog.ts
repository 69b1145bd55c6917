import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError } from "../plugin/storage.ts";
import type { LocalKnowledge, PackLocation } from "./local_knowledge.ts";
import { ObjectCatalog, type PresentOptions } from "./object_catalog.ts";
import type { PackEntry } from "./pack_format.ts";
import type { OutboxStorage } from "./wrap/outbox.ts";

/**
 * Which objects a storage and its outbox have.
 *
 * While the storage is away only the outbox counts: what may be in the storage is kept once more, and is found to be
 * there when it is sent.
 */
export class HoldingCatalog extends ObjectCatalog {
  readonly #storage: OutboxStorage;
  #held: ObjectCatalog | undefined;

  private constructor(storage: OutboxStorage, index: LocalKnowledge) {
    super(storage.remote, index);
    this.#storage = storage;
  }

  /** Opens the catalog; what waits is known to it at once. */
  static async open(storage: OutboxStorage, index: LocalKnowledge): Promise<HoldingCatalog> {
    const catalog = new HoldingCatalog(storage, index);
    await catalog.#openHeld();
    return catalog;
  }

  override locate(digest: Digest): PackLocation | undefined {
    return this.#held?.locate(digest) ?? super.locate(digest);
  }

  override notePack(pack: Digest, entries: readonly PackEntry[]): void {
    // Objects are found by either index wherever their pack is; this one is what it is asked for.
    if (this.#held !== undefined && this.#storage.isHolding) this.#held.notePack(pack, entries);
    else super.notePack(pack, entries);
  }

  override async present(
    digests: readonly Digest[],
    options: PresentOptions = {},
  ): Promise<Set<Digest>> {
    const held = await this.#openHeld();
    if (held === undefined) {
      const found = await this.#unlessAway(() => super.present(digests, options));
      return found ?? await this.present(digests, options);
    }
    const found = await held.present(digests, { ...options, lasting: false });
    const rest = digests.filter((digest) => !found.has(digest));
    const there = this.#storage.isAway
      ? undefined
      : await this.#unlessAway(() => super.present(rest, options));
    return found.union(there ?? new Set(rest.filter((digest) => this.isNoted(digest))));
  }

  override async condemned(options: OperationOptions = {}): Promise<ReadonlySet<string>> {
    // What is put into the outbox gets its place in the storage when it is sent.
    if (this.#storage.isHolding) return new Set();
    return await this.#unlessAway(() => super.condemned(options)) ?? new Set();
  }

  override async refreshPacks(options: OperationOptions = {}): Promise<void> {
    await (await this.#openHeld())?.refreshPacks(options);
    if (!this.#storage.isAway) await this.#unlessAway(() => super.refreshPacks(options));
  }

  async #openHeld(): Promise<ObjectCatalog | undefined> {
    if (this.#held !== undefined || !this.#storage.isHolding) return this.#held;
    const held = await this.#storage.outbox.catalog();
    if (this.#held === undefined) {
      this.#held = held;
      await held.refreshPacks();
    }
    return held;
  }

  /** `undefined` if the storage went away meanwhile. */
  async #unlessAway<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isStorageError(error, "unavailable") && this.#storage.isAway) return undefined;
      throw error;
    }
  }
}
