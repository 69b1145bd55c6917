import type { Digest } from "../model/digest.ts";
import {
  type CheckedFileReport,
  type CheckedFileRequest,
  SLOT_BYTES,
  slotOf,
  SLOTS,
} from "./checked_file_messages.ts";

/** Files from this size on are worth the thread, in bytes. */
export const CHECKED_FROM_BYTES = 32 * 1024 * 1024;

/** A file, and what it is to be. */
export interface FileToCheck {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  /** The error for what is wrong with it; it may be that it cannot be read. */
  readonly wrong: (why: string, isUnreadable: boolean) => Error;
}

/**
 * Reads large files on a thread, which hashes them as it goes: faster than another sends them. The last bytes of a file are given
 * only once all are known to be right, since who gets them may keep what it has got whole.
 */
export class CheckedFiles implements Disposable {
  #worker: Worker | undefined;
  readonly #files = new Map<number, CheckedFile>();
  readonly #memory: SharedArrayBuffer[] = [];
  #lastId = 0;

  /**
   * Opens a file as a stream, which fails with what {@link FileToCheck.wrong} makes of it.
   *
   * @param lendsChunks Whether chunks hold only until the next one is asked for.
   */
  open(file: FileToCheck, lendsChunks: boolean): ReadableStream<Uint8Array> {
    let reading: CheckedFile | undefined;
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        reading ??= this.#begin(file);
        const bytes = await reading.next();
        if (bytes === undefined) controller.close();
        else controller.enqueue(lendsChunks ? bytes : bytes.slice());
      },
      cancel: () => reading?.close(),
    }, { highWaterMark: 0 });
  }

  #begin(file: FileToCheck): CheckedFile {
    const worker = this.#worker ??= this.#start();
    const id = ++this.#lastId;
    const memory = this.#memory.pop() ?? new SharedArrayBuffer(SLOTS * SLOT_BYTES);
    const opened = new CheckedFile(id, file, memory, (request) => worker.postMessage(request), () => {
      this.#files.delete(id);
      this.#memory.push(memory);
    });
    this.#files.set(id, opened);
    return opened;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./checked_file_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<CheckedFileReport>) => this.#files.get(data.id)?.take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new TypeError(`A Worker ended: ${event.message}`));
    };
    return worker;
  }

  #end(why: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const file of this.#files.values()) file.fail(why);
    this.#files.clear();
  }

  /** Ends the thread; what is still read fails. */
  [Symbol.dispose](): void {
    this.#end(new TypeError("The files have been closed"));
  }
}

/** A file that a thread reads. */
class CheckedFile {
  readonly #id: number;
  readonly #file: FileToCheck;
  readonly #memory: SharedArrayBuffer;
  readonly #post: (request: CheckedFileRequest) => void;
  readonly #release: () => void;
  /** Slots that are filled, in order. */
  readonly #filled: { readonly slot: number; readonly length: number }[] = [];
  #lent: number | undefined;
  #failure: Error | undefined;
  #left: number;
  #more: PromiseWithResolvers<void> | undefined;
  #isOver = false;
  /** What the thread has not answered yet, and so may write to. */
  #asked = 0;

  constructor(
    id: number,
    file: FileToCheck,
    memory: SharedArrayBuffer,
    post: (request: CheckedFileRequest) => void,
    release: () => void,
  ) {
    this.#id = id;
    this.#file = file;
    this.#memory = memory;
    this.#post = post;
    this.#release = release;
    this.#left = file.size;
    const { path, size, digest } = file;
    post({ id, kind: "open", path, size, hex: digest.slice("sha256:".length), memory });
    for (let slot = 0; slot < SLOTS; slot++) this.#fill(slot);
  }

  /** The next bytes, which hold until the next call; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#lent !== undefined) this.#fill(this.#lent);
    this.#lent = undefined;
    if (this.#left === 0) {
      this.close();
      return undefined;
    }
    while (this.#filled.length === 0 && this.#failure === undefined) {
      await (this.#more = Promise.withResolvers()).promise;
    }
    // What was read before is right as far as it goes, but nobody needs it.
    if (this.#failure !== undefined) throw this.#failure;
    const { slot, length } = this.#filled.shift()!;
    this.#lent = slot;
    this.#left -= length;
    return slotOf(this.#memory, slot).subarray(0, length);
  }

  /** Takes what the thread answers. */
  take(report: CheckedFileReport): void {
    if (report.kind === "filled") {
      this.#asked--;
      if (report.length > 0) this.#filled.push(report);
      this.#more?.resolve();
    } else {
      this.fail(this.#file.wrong(report.why, report.kind === "unreadable"));
      this.#asked = 0;
      this.#isOver = true;
    }
    this.#letGo();
  }

  /** The file is wrong, or the thread is no more. */
  fail(why: Error): void {
    this.#failure ??= why;
    this.#more?.resolve();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#post({ id: this.#id, kind: "close" });
    this.#letGo();
  }

  #fill(slot: number): void {
    this.#asked++;
    this.#post({ id: this.#id, kind: "fill", slot });
  }

  /** Its memory is another's once the thread will not write to it any more. */
  #letGo(): void {
    if (this.#isOver && this.#asked === 0) this.#release();
  }
}
