/// <reference lib="deno.worker" />

/** What all files below a directory take on the disk, in bytes; what goes away meanwhile counts nothing. */
function diskUsage(directory: string, seen = new Set<number>()): number {
  let sum = 0;
  try {
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      const path = `${directory}/${name}`;
      if (isDirectory) {
        sum += diskUsage(path, seen);
        continue;
      }
      // A tree that comes to its place while this looks is seen in both, and is one.
      const { ino, blocks } = Deno.lstatSync(path);
      if (!seen.has(ino!)) sum += (blocks ?? 0) * 512;
      seen.add(ino!);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return sum;
}

/** One look, while nothing is removed: what is gone and what took its place were never there together. */
function diskUsageAtOnce(directory: string): number {
  try {
    using lock = Deno.openSync(`${directory}/room.lock`, { write: true });
    lock.lockSync(true);
    return diskUsage(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

let most = 0, looks = 0, directory: string | undefined;

self.onmessage = ({ data }: MessageEvent<{ watch: string } | "end">) => {
  if (data === "end") {
    self.postMessage({ most, looks });
    return self.close();
  }
  directory = data.watch;
  look();
};

function look(): void {
  most = Math.max(most, diskUsageAtOnce(directory!));
  looks++;
  setTimeout(look, 1);
}
