import type { HashedPart, PartToHash } from "./part_hash_worker.ts";

/**
 * Takes the SHA-256 of parts on a thread of its own, started with the first: of all that is done with a part here that takes
 * the longest, and a signature needs it before the first byte is sent.
 */
export class PartHasher implements Disposable {
  #worker: Worker | undefined;
  #closed: Error | undefined;
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>();
  #lastId = 0;

  /**
   * The digest in hex of the first `length` bytes of a part's memory.
   *
   * @throws {TypeError} If the thread ends meanwhile, or the storage has been closed. After the former the next call
   * starts another thread.
   */
  async hash(memory: SharedArrayBuffer, length: number): Promise<string> {
    if (this.#closed !== undefined) throw this.#closed;
    const worker = this.#worker ??= this.#start();
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<string>();
    this.#waiting.set(id, answer);
    worker.postMessage({ id, memory, length } satisfies PartToHash);
    return await answer.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./part_hash_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data: { id, sha256 } }: MessageEvent<HashedPart>) => {
      this.#waiting.get(id)?.resolve(sha256);
      this.#waiting.delete(id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      // What another thread was given meanwhile is not lost with this one.
      if (worker === this.#worker) this.#end(new TypeError(`A Worker ended: ${event.message}`));
    };
    return worker;
  }

  #end(why: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const answer of this.#waiting.values()) answer.reject(why);
    this.#waiting.clear();
  }

  /** Ends the thread; what is under way fails. */
  [Symbol.dispose](): void {
    this.#closed = new TypeError("The storage has been closed");
    this.#end(this.#closed);
  }
}
