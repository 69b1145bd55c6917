import type { OperationOptions } from "../../../core/plugin/context.ts";
import type { Storage } from "../../../core/plugin/storage.ts";
import type { BodyDamage, BodyWrite, ObjectEngine, Objects } from "../object_engine.ts";
import { BodyDropper } from "./body_dropper.ts";
import { BodyFiles } from "./body_files.ts";
import { checkDatabase } from "./check_database.ts";
import { Committer } from "./committer.ts";
import { noteDatabase } from "./data_format.ts";
import { Database } from "./database.ts";
import { databaseFailure } from "./database_failure.ts";
import { DirectoryLock } from "./directory_lock.ts";
import { syncDirectory } from "./directory_sync.ts";
import { DiskAccounts } from "./disk_accounts.ts";
import { DiskBuckets } from "./disk_buckets.ts";
import { DiskObjects } from "./disk_objects.ts";
import { DiskUploads } from "./disk_uploads.ts";
import { DiskWrite } from "./disk_write.ts";
import { EngineState } from "./engine_state.ts";
import { fileFailure } from "./file_failure.ts";
import { findBucket } from "./find_version.ts";
import { FreeSpace } from "./free_space.ts";
import { HeldBodies } from "./held_bodies.ts";
import { RoutedObjects } from "./routed_objects.ts";
import { openForWriting } from "./schema.ts";
import { shrinkDatabase } from "./shrink_database.ts";
import { StorageBucket } from "./storage_bucket.ts";
import { StorageObjects } from "./storage_objects.ts";
import { StorageWrite } from "./storage_write.ts";
import { verifyBodies } from "./verify_bodies.ts";

/** Where an engine keeps its data and what else it serves. */
export interface EngineOptions {
  /** The data directory, absolute; made if it is not there. */
  readonly directory: string;
  readonly now: () => Date;
  /** Buckets over storages, which stay the caller's to close, after the engine. */
  readonly storages?: readonly { readonly name: string; readonly owner: string; readonly storage: Storage }[];
}

/** The name of the database in a data directory. */
export const DATABASE_NAME = "engine.db";

/**
 * Opens a data directory, and sets right what a crash left in it.
 *
 * @throws {ObjectEngineError} `unavailable` if another server has it, or a newer aero wrote it; `denied`, `full`; `corrupt` if
 * its database is damaged, or gone;
 * `bucket_exists` if a storage is to have the name of a bucket that has objects of its own.
 */
export async function openObjectEngine(options: EngineOptions): Promise<ObjectEngine> {
  const { directory } = options;
  const path = `${directory}/${DATABASE_NAME}`;
  await using opened = new AsyncDisposableStack();
  try {
    BodyFiles.prepare(directory, path);
    opened.use(DirectoryLock.take(directory));
    prepareDatabase(path);
    noteDatabase(directory);
    // The names of database and folders are durable before anything is kept in them.
    await syncDirectory(directory);
    // One may not be allowed to open what is above; then it was there before.
    await syncDirectory(`${directory}/..`).catch(() => {});
  } catch (error) {
    throw databaseFailure(error) ?? fileFailure(`Cannot open ${directory}`, error);
  }
  const files = new BodyFiles(directory);
  const held = new HeldBodies((bodies) => dropper.add(bodies));
  // Before the reader, so that it closes after it: the last to close, if it may write, takes the log into the database.
  const committer = opened.use(await Committer.open(path, (bodies) => held.release(bodies)));
  const database = opened.use(new Database(path, { readOnly: true }));
  const dropper = new BodyDropper(files, held, database, (mutation) => committer.commit(mutation));

  const storages = new Map(
    (options.storages ?? []).map((storage) => [storage.name, new StorageBucket(storage)]),
  );
  const state = new EngineState({
    files,
    held,
    space: new FreeSpace(directory),
    storages,
    database,
    committer,
    now: options.now,
  });
  recover(state, dropper);
  await dropper.settled();
  await attach(state);
  opened.defer(() => dropper.settled());
  opened.defer(() => state.close());
  return new DiskEngine(state, opened.move());
}

/** Makes the database if it is not there, checks it, and gives its disk back what it has much of and does not need. */
function prepareDatabase(path: string): void {
  using database = openForWriting(path);
  checkDatabase(database, path);
  try {
    shrinkDatabase(database);
  } catch (error) {
    // A disk without room for the copy, or another process at work: it is as it was, and serves.
    const code = databaseFailure(error)?.code;
    if (code !== "full" && code !== "unavailable") throw error;
  }
}

/** What a crash left: files that no row refers to, and bodies that nothing refers to any more. */
function recover({ database, files }: EngineState, dropper: BodyDropper): void {
  files.sweep((id) => database.get("SELECT 1 FROM body WHERE file = ?", id) !== undefined);
  const unneeded = database.all("SELECT id, file FROM body WHERE refs = 0");
  dropper.add(
    unneeded.map(({ id, file }) => ({ id: id as number, file: file as string | null ?? undefined })),
  );
}

/** Gives each storage its bucket, and takes away those of storages that are not served any more. */
async function attach(state: EngineState): Promise<void> {
  for (const { name } of state.database.all("SELECT name FROM bucket WHERE holds = 'storage'")) {
    if (!state.storages.has(name as string)) {
      await state.commit({ does: "delete_bucket", name: name as string });
    }
  }
  for (const { name, owner } of state.storages.values()) {
    const there = state.database.get("SELECT holds FROM bucket WHERE name = ?", name);
    if (there?.holds === "storage") continue;
    const at = state.now();
    await state.commit({ does: "create_bucket", name, owner, objectLock: false, holds: "storage", at });
  }
}

class DiskEngine implements ObjectEngine {
  readonly buckets: DiskBuckets;
  readonly objects: Objects;
  readonly uploads: DiskUploads;
  readonly accounts: DiskAccounts;
  readonly #state: EngineState;
  readonly #opened: AsyncDisposableStack;

  constructor(state: EngineState, opened: AsyncDisposableStack) {
    this.#state = state;
    this.#opened = opened;
    this.buckets = new DiskBuckets(state);
    const overStorages = [...state.storages].map(([name, bucket]) =>
      [name, new StorageObjects(bucket)] as const
    );
    this.objects = new RoutedObjects(new DiskObjects(state), new Map(overStorages));
    this.uploads = new DiskUploads(state);
    this.accounts = new DiskAccounts(state);
  }

  // deno-lint-ignore require-await -- failures are rejections
  async beginWrite(bucket: string): Promise<BodyWrite> {
    findBucket(this.#state.database, bucket);
    const storage = this.#state.storages.get(bucket);
    return storage === undefined ? new DiskWrite(this.#state) : new StorageWrite(this.#state, storage);
  }

  verify(options: OperationOptions = {}): AsyncIterable<BodyDamage> {
    return verifyBodies(this.#state, options);
  }

  async probe(): Promise<void> {
    await this.#state.commit({ does: "probe" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
