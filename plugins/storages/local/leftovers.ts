const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes what interrupted puts left in a directory, folders in it included.
 *
 * Only what nobody touched for a day: a younger file may belong to a put that another process, maybe on another
 * machine, is still at. Failures are passed over, since the next opening tries again.
 *
 * @param now Epoch milliseconds.
 * @returns How many files were removed.
 */
export function removeLeftovers(directory: string, now: number): number {
  let removed = 0;
  for (const entry of readNames(directory)) {
    const path = `${directory}/${entry.name}`;
    try {
      const info = Deno.lstatSync(path);
      const old = isOld(info, now);
      if (entry.isDirectory) {
        removed += removeLeftovers(path, now);
        // Refused if something is left in it, and that is meant.
        if (old) Deno.removeSync(path);
      } else if (old) {
        Deno.removeSync(path);
        removed++;
      }
    } catch {
      continue;
    }
  }
  return removed;
}

// A file that was copied with its times may bear an old mtime; its ctime says when it came here.
function isOld(info: Deno.FileInfo, now: number): boolean {
  const touched = Math.max(info.mtime?.getTime() ?? now, info.ctime?.getTime() ?? 0);
  return touched < now - DAY_MS;
}

function readNames(directory: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(directory)];
  } catch {
    return [];
  }
}
