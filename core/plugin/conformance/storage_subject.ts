import type { Storage, StorageErrorCode } from "../storage.ts";
import { isStorageError, parseStorageKey, type StorageKey } from "../storage.ts";
import { type ConformanceCase, ContractBreach, must } from "./case.ts";

/** What the clauses of the storage contract are tried on. Optional parts are what only some subjects can offer. */
export interface StorageSubject {
  /** Left open, and with nothing left under `prefix` by any clause. */
  readonly storage: Storage;
  /**
   * Under which every key of every clause lies, without a `/` at its end. Nobody else uses it, so that the clauses
   * can run in a bucket that holds other things.
   */
  readonly prefix: string;
  /** Opens the same objects once more, as another process would; the clause closes it. */
  reopen?(): Promise<Storage>;
  /** Opens the same objects with credentials or rights that allow nothing; the clause closes it. */
  denied?(): Promise<Storage>;
  /** Opens the same objects with the service out of reach; the clause closes it. */
  unavailable?(): Promise<Storage>;
  /** Texts that must be seen nowhere: keys, tokens, passwords. */
  readonly secrets?: readonly string[];
  /** All that was logged so far, by whatever `storage` logs to. */
  logged?(): string;
}

/** What one clause works with: the subject, and keys of its own that are removed afterwards. */
export interface Scope extends StorageSubject {
  /** `prefix` of this clause alone, with a `/` at its end. */
  readonly folder: string;
  /** A key under {@link Scope.folder}; deleted when the clause ends. */
  key(name: string): StorageKey;
}

/**
 * Makes a clause.
 *
 * @param skip Why the clause does not apply, if it does not.
 */
export function storageClause(
  name: string,
  run: (scope: Scope) => Promise<void>,
  skip: (subject: StorageSubject) => string | undefined = () => undefined,
): ConformanceCase<StorageSubject> {
  return {
    name,
    skip,
    run: async (subject) => {
      const keys = new Set<StorageKey>();
      const folder = `${subject.prefix}/${crypto.randomUUID().slice(0, 8)}/`;
      const key = (part: string) => {
        const made = parseStorageKey(folder + part);
        keys.add(made);
        return made;
      };
      // Members are copied one by one, since a subject may be an object of a class.
      const scope: Scope = {
        storage: subject.storage,
        prefix: subject.prefix,
        folder,
        key,
        ...(subject.reopen && { reopen: () => subject.reopen!() }),
        ...(subject.denied && { denied: () => subject.denied!() }),
        ...(subject.unavailable && { unavailable: () => subject.unavailable!() }),
        ...(subject.secrets && { secrets: subject.secrets }),
        ...(subject.logged && { logged: () => subject.logged!() }),
      };
      try {
        await run(scope);
      } finally {
        await inParallel([...keys], subject, (each) => subject.storage.delete(each).catch(() => {}));
      }
    },
  };
}

/** Does something with each item, as many at once as the storage is good for. */
export async function inParallel<Item>(
  items: readonly Item[],
  subject: Pick<StorageSubject, "storage">,
  act: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await act(item);
  };
  await Promise.all(
    Array.from({ length: Math.min(32, subject.storage.capabilities.maxConcurrency) }, worker),
  );
}

/**
 * States that a call is rejected, with what.
 *
 * @returns What it was rejected with.
 * @throws {ContractBreach} if it resolves, or `fits` is false.
 */
export async function mustReject(
  call: () => Promise<unknown>,
  fits: (error: unknown) => boolean,
  message: string,
): Promise<unknown> {
  let error: unknown;
  try {
    await call();
  } catch (caught) {
    error = caught;
    if (fits(caught)) return caught;
    const got = caught instanceof Error ? `${caught.name}: ${caught.message}` : String(caught);
    throw new ContractBreach(`${message}; it was rejected with ${got}`, { cause: caught });
  }
  must(false, `${message}; it was not rejected`);
  return error;
}

/** {@link mustReject} with a storage's error of this code. */
export function mustRejectWith(
  code: StorageErrorCode,
  call: () => Promise<unknown>,
  name: string,
): Promise<unknown> {
  return mustReject(call, (error) => isStorageError(error, code), `${name} must be rejected with ${code}`);
}
