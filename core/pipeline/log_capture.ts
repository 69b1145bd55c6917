/** Keeps one stream of a program: in a file as it comes, and shown live. */
export class LogCapture implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #filter: StreamFilter;
  readonly #show: (bytes: Uint8Array) => void;

  /**
   * @param filter Takes secrets out.
   * @param show Gets what is kept, after the filter.
   */
  constructor(path: string, filter: StreamFilter, show: (bytes: Uint8Array) => void) {
    this.#file = Deno.openSync(path, { create: true, write: true, truncate: true });
    this.#filter = filter;
    this.#show = show;
  }

  /** Takes a piece of the stream. */
  write(bytes: Uint8Array): void {
    this.#keep(this.#filter.push(bytes));
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#show(bytes);
    while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
  }

  [Symbol.dispose](): void {
    this.#keep(this.#filter.end());
    this.#file.close();
  }
}

/** Changes a stream on its way; may hold back bytes until more come. */
export interface StreamFilter {
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
}
