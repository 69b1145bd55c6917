/**
 * Locks a file, if nobody else has a lock that stands in the way; does not wait.
 *
 * @returns Whether it is locked.
 */
export function tryLock(file: Deno.FsFile, { exclusive }: { readonly exclusive: boolean }): boolean {
  // Runtimes before Deno 2.7 can only wait, so that who holds a lock has to be asked before.
  if (typeof file.tryLockSync === "function") return file.tryLockSync(exclusive);
  if (exclusive ? lockedBy(file).length > 0 : lockedBy(file).includes("WRITE")) return false;
  file.lockSync(exclusive);
  return true;
}

/**
 * The kinds of the locks on a file, of any process: READ is shared, WRITE exclusive; proc(5), "/proc/locks". Empty where
 * there is no such list.
 */
function lockedBy(file: Deno.FsFile): string[] {
  const { ino } = file.statSync();
  let list: string;
  try {
    list = Deno.readTextFileSync("/proc/locks");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const locks = list.split("\n").map((line) => line.trim().split(/ +/));
  return locks.filter(([, how, , , , place]) => how === "FLOCK" && place?.endsWith(`:${ino}`))
    .map(([, , , kind]) => kind!);
}
