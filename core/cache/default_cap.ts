/** No cache is larger by default, in bytes. */
const MOST_BYTES = 50e9;

/** The cap of a cache whose size no config sets, in bytes: 10 % of its disk, at most 50 GB. */
export async function defaultCapBytes(directory: string): Promise<number> {
  const { statfs } = await import("node:fs/promises");
  for (let at = directory; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    try {
      const { blocks, bsize } = await statfs(at);
      return Math.min(Math.floor(blocks * bsize / 10), MOST_BYTES);
    } catch {
      // Not made yet: the disk is that of the folder it will be made in. Some network drives tell nothing.
    }
  }
  return MOST_BYTES;
}
