/** 256 KiB: larger buffers fall out of the processor's cache, smaller ones cost more calls. */
export const CHUNK_BYTES = 256 * 1024;

/** After so many synchronous reads or writes one is asynchronous, so that timers and signals get their turn. */
export const SYNC_CALLS_IN_A_ROW = 64;

/** What {@link fileStream} needs beside the file. */
export interface FileStreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Turns an error of a read into what the reader of the stream gets. */
  readonly failure: (error: unknown) => Promise<unknown>;
  /** What the reader gets if the file ends before `length` bytes. */
  readonly cut: () => unknown;
  /** Called once, when the file has been closed. */
  readonly onClose: (stream: OpenStream) => void;
}

/** A stream whose file is still open. */
export interface OpenStream {
  readonly stream: ReadableStream<Uint8Array>;
  /** Closes the file; the stream's reader gets `error`. */
  fail(error: unknown): void;
}

/**
 * Streams `length` bytes from where `file` stands. The file is closed when the stream ends, fails, is cancelled, or
 * when the signal aborts, which the reader sees as the signal's reason.
 */
export function fileStream(file: Deno.FsFile, length: number, options: FileStreamOptions): OpenStream {
  let remaining = length;
  let reads = 0;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let open = true;

  const onAbort = () => opened.fail(options.signal?.reason);
  const close = () => {
    open = false;
    file.close();
    options.signal?.removeEventListener("abort", onAbort);
    options.onClose(opened);
  };
  const fail = (error: unknown) => {
    if (!open) return;
    close();
    controller.error(error);
  };

  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    pull: async () => {
      const buffer = new Uint8Array(Math.min(CHUNK_BYTES, remaining));
      let read: number | null;
      try {
        // Synchronous reads are ten times as fast as asynchronous ones.
        read = ++reads % SYNC_CALLS_IN_A_ROW === 0 ? await file.read(buffer) : file.readSync(buffer);
      } catch (error) {
        if (open) fail(await options.failure(error));
        return;
      }
      if (!open) return;
      if (read === null) return fail(options.cut());
      remaining -= read;
      controller.enqueue(buffer.subarray(0, read));
      if (remaining > 0) return;
      close();
      controller.close();
    },
    cancel: () => {
      if (open) close();
    },
  }, { highWaterMark: 0 });

  const opened: OpenStream = { stream, fail };
  options.signal?.addEventListener("abort", onAbort);
  return opened;
}
