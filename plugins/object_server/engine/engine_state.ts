import type { BodyFiles } from "./body_files.ts";
import type { BodySource } from "./body_stream.ts";
import { closed, type Committer } from "./committer.ts";
import type { Database } from "./database.ts";
import type { FreeSpace } from "./free_space.ts";
import type { HeldBodies } from "./held_bodies.ts";
import type { Mutation } from "./mutation.ts";
import type { StagingFile } from "./staged_body.ts";
import type { StorageBucket } from "./storage_bucket.ts";

/** What the parts of an engine work with. */
export class EngineState implements BodySource {
  readonly files: BodyFiles;
  readonly held: HeldBodies;
  readonly space: FreeSpace;
  /** By bucket: those that are served from a storage. */
  readonly storages: ReadonlyMap<string, StorageBucket>;
  readonly #database: Database;
  readonly #committer: Committer;
  readonly #now: () => Date;
  #closed = false;

  constructor(parts: {
    readonly files: BodyFiles;
    readonly held: HeldBodies;
    readonly space: FreeSpace;
    readonly storages: ReadonlyMap<string, StorageBucket>;
    readonly database: Database;
    readonly committer: Committer;
    readonly now: () => Date;
  }) {
    this.files = parts.files;
    this.held = parts.held;
    this.space = parts.space;
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

  /** A new file for a body. @throws {ObjectEngineError} `full`. */
  async createFile(): Promise<StagingFile> {
    await this.space.assertRoom();
    return await this.files.create();
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
