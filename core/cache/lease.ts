import { tryLock } from "./try_lock.ts";

/** A hold on something in a cache: it is not removed before this is disposed, or this process ends. */
export interface Lease extends Disposable {
  /** Whether what was held on to is still in its place. */
  readonly isCurrent: boolean;
}

/**
 * Holds on to what lies beside the file `path`, which is made if absent; other holders do not mind.
 *
 * @returns `undefined` if it is about to be removed, or is not there.
 */
export function holdLease(path: string): Lease | undefined {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // In a cache that only another may write to nobody removes anything either.
    if (error instanceof Deno.errors.PermissionDenied) return { isCurrent: true, [Symbol.dispose]: () => {} };
    throw error;
  }
  if (!tryLock(file, { exclusive: false })) {
    file.close();
    return undefined;
  }
  return { isCurrent: isAt(file, path), [Symbol.dispose]: () => unlock(file) };
}

/** Takes the file `path` for itself; `undefined` if somebody holds on to it, or it is not there. */
export function takeLease(path: string): Disposable | undefined {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
  if (tryLock(file, { exclusive: true })) return { [Symbol.dispose]: () => unlock(file) };
  file.close();
  return undefined;
}

/** Closing alone would leave the lock to a process that is just being started, until that runs its program. */
function unlock(file: Deno.FsFile): void {
  file.unlockSync();
  file.close();
}

function isAt(file: Deno.FsFile, path: string): boolean {
  try {
    const there = Deno.statSync(path), held = file.statSync();
    return there.ino === held.ino && there.dev === held.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The leases of one process, each for as many users as it has. */
export class Leases<Key> implements Disposable {
  readonly #held = new Map<Key, { lease: Lease; users: number }>();

  /** Whether anybody here uses what `key` names. */
  has(key: Key): boolean {
    return this.#held.has(key);
  }

  /** Adds a user, who holds on to what lies beside the file `path`; whether it is there to be used. */
  hold(key: Key, path: string): boolean {
    const lease = holdLease(path);
    if (lease?.isCurrent) this.add(key, lease);
    else lease?.[Symbol.dispose]();
    return lease?.isCurrent ?? false;
  }

  /** Adds a user with a lease, which takes the place of those before. */
  add(key: Key, lease: Lease): void {
    const held = this.#held.get(key);
    held?.lease[Symbol.dispose]();
    this.#held.set(key, { lease, users: (held?.users ?? 0) + 1 });
  }

  /** Takes a user away; with the last one the lease ends. */
  release(key: Key): void {
    const held = this.#held.get(key);
    if (held === undefined || --held.users > 0) return;
    held.lease[Symbol.dispose]();
    this.#held.delete(key);
  }

  /** Ends all leases. */
  [Symbol.dispose](): void {
    for (const { lease } of this.#held.values()) lease[Symbol.dispose]();
    this.#held.clear();
  }
}
