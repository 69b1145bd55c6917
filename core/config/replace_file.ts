/**
 * Puts a whole new text in place of a file, or leaves the former: there is no moment at which half of it is there.
 *
 * A link is followed, as it is where people keep their configuration in a repository.
 * @param mode Of the file, also where it was another.
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const target = await Deno.realPath(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  });
  const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true, mode });
    try {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
