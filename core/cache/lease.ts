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
  if (!file.tryLockSync(false)) {
    file.close();
    return undefined;
  }
  return { isCurrent: isAt(file, path), [Symbol.dispose]: () => file.close() };
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
  if (file.tryLockSync(true)) return { [Symbol.dispose]: () => file.close() };
  file.close();
  return undefined;
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
