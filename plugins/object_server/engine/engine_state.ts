import type { BodyFiles } from "./body_files.ts";
import type { BodySource } from "./body_stream.ts";
import { closed, type Committer } from "./committer.ts";
import type { Database } from "./database.ts";
import type { HeldBodies } from "./held_bodies.ts";
import type { Mutation } from "./mutation.ts";
import type { StorageBucket } from "./storage_bucket.ts";

/** What the parts of an engine work with. */
export class EngineState implements BodySource {
  readonly files: BodyFiles;
  readonly held: HeldBodies;
  /** By bucket: those that are served from a storage. */
  readonly storages: ReadonlyMap<string, StorageBucket>;
  readonly #database: Database;
  readonly #committer: Committer;
  readonly #now: () => Date;
  #closed = false;

  constructor(parts: {
    readonly files: BodyFiles;
    readonly held: HeldBodies;
    readonly storages: ReadonlyMap<string, StorageBucket>;
    readonly database: Database;
    readonly committer: Committer;
    readonly now: () => Date;
  }) {
    this.files = parts.files;
    this.held = parts.held;
    this.storages = parts.storages;
    this.#database = parts.database;
    this.#committer = parts.committer;
    this.#now = parts.now;
  }

  /** For reading; each statement sees what has been committed. @throws {ObjectEngineError} `closed`. */
  get database(): Database {
    if (this.#closed) throw closed();
    return this.#database;
  }

  /** The clock, in epoch milliseconds. */
  now(): number {
    return this.#now().getTime();
  }

  /** Carries out a mutation; `T` is what `applyMutation` returns for it. */
  async commit<T = unknown>(mutation: Mutation): Promise<T> {
    return await this.#committer.commit(mutation) as T;
  }

  close(): void {
    this.#closed = true;
  }
}
