import { AeroError, CorruptionError, isAbort } from "../errors.ts";

/** A file or symbolic link of a docker-archive, in the order of the archive. */
export interface ArchiveMember {
  /** As in the archive, less a leading `./`. */
  readonly path: string;
  /** Bytes; 0 for a link. */
  readonly size: number;
  /** Where a symbolic link points, or the path that a hard link repeats; absent for a file. */
  readonly link?: { readonly target: string; readonly hard: boolean };
  /** The file's bytes, to be read or left before the next member is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Reads the members of a tar; directories and special files are passed over.
 *
 * The archive is cancelled if the caller stops early.
 * @throws {CorruptionError} `image_archive_invalid` if it is not a tar or ends early. What the archive's own
 *   stream fails with comes out as it is.
 */
export async function* readArchive(
  archive: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<ArchiveMember, void, void> {
  // 40 ms to load: only for those who move an image.
  // Through its default: in a bundle, a CommonJS package that is loaded lazily has no other name.
  const { default: { extract } } = await import("tar-stream");
  const members = extract();
  const reader = archive.getReader();
  let sourceFault: { error: unknown } | undefined;
  const feeding = feed();
  try {
    for await (const entry of members) {
      const { name, size = 0, type, linkname } = entry.header;
      const path = name.replace(/^(?:\.\/)+/, "");
      const content = translated(entry as AsyncIterable<Uint8Array>);
      if (type === "file" || type === "contiguous-file") yield { path, size, content };
      else if ((type === "symlink" || type === "link") && typeof linkname === "string") {
        yield { path, size: 0, link: { target: linkname, hard: type === "link" }, content };
      }
      entry.resume();
    }
    await feeding;
    if (sourceFault !== undefined) throw sourceFault.error;
  } catch (error) {
    throw translate(error);
  } finally {
    members.destroy();
    await reader.cancel().catch(() => {});
    await feeding;
  }

  async function* translated(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      throw translate(error);
    }
  }

  function translate(error: unknown): unknown {
    if (sourceFault !== undefined) return sourceFault.error;
    if (signal?.aborted) return signal.reason;
    if (error instanceof AeroError || isAbort(error)) return error;
    return invalidArchive(`it is not a whole tar: ${error instanceof Error ? error.message : "unreadable"}`, {
      cause: error,
    });
  }

  async function feed(): Promise<void> {
    try {
      while (true) {
        signal?.throwIfAborted();
        const { done, value } = await reader.read();
        if (done) return void members.end(null);
        if (members.destroyed) return;
        if (!members.write(value)) await drained();
      }
    } catch (error) {
      sourceFault = { error };
      members.destroy(error instanceof Error ? error : new TypeError("The archive's stream broke"));
    }
  }

  function drained(): Promise<void> {
    if (members.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        members.off("drain", done).off("close", done);
        resolve();
      };
      members.on("drain", done).on("close", done);
    });
  }
}

/** The error for an archive that does not hold what it should. */
export function invalidArchive(why: string, options?: ErrorOptions): CorruptionError {
  return new CorruptionError("image_archive_invalid", {
    what: "Cannot read the archive of an image",
    why,
  }, options);
}
