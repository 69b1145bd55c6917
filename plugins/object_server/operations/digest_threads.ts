import type { DigestName, Digests, FromDigester, ToDigester } from "./digest_worker.ts";

/** Bodies at once whose digests are taken elsewhere, a MiB of memory each. */
const MOST_BODIES = 16;
/** More wait for the network. */
const MOST_THREADS = 4;
const SEGMENT_BYTES = 256 * 1024;
const SEGMENTS = 4;

/** Digests of bytes that come piece by piece. */
export interface RunningDigests {
  /** Takes bytes, which need not hold afterwards. Await it before the next. */
  update(bytes: Uint8Array): Promise<void>;
  /** Ends them. */
  finish(): Promise<Digests>;
  /** Gives them up; does nothing after their end. */
  drop(): void;
}

interface Thread {
  readonly worker: Worker;
  readonly bodies: Map<number, DigestsOnThread>;
}

/**
 * Threads that take MD5 and SHA-256 of large bodies: they are by far the dearest part of taking a body in, and no two
 * threads can share one. They start as bodies come and end with {@link DigestThreads.close}.
 */
export class DigestThreads {
  readonly #most = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency - 1));
  readonly #threads: Thread[] = [];
  readonly #memory: SharedArrayBuffer[] = [];
  #bodies = 0;
  #lastId = 0;

  /** Begins digests of one body; `undefined` while there are as many as memory is for. */
  begin(wanted: readonly DigestName[]): RunningDigests | undefined {
    if (this.#bodies >= MOST_BODIES) return undefined;
    this.#bodies++;
    const thread = this.#leastBusy();
    const memory = this.#memory.pop() ?? new SharedArrayBuffer(SEGMENTS * SEGMENT_BYTES);
    const id = ++this.#lastId;
    const body = new DigestsOnThread(id, memory, (message) => thread.worker.postMessage(message), () => {
      thread.bodies.delete(id);
      this.#memory.push(memory);
      this.#bodies--;
    });
    thread.worker.postMessage({ id, memory, wanted } satisfies ToDigester);
    thread.bodies.set(id, body);
    return body;
  }

  /** Ends the threads. What is under way fails. */
  close(): void {
    for (const thread of [...this.#threads]) this.#end(thread, new TypeError("the server has ended"));
    this.#memory.length = 0;
  }

  #leastBusy(): Thread {
    const [first] = this.#threads.toSorted((a, b) => a.bodies.size - b.bodies.size);
    if (first !== undefined && (first.bodies.size === 0 || this.#threads.length === this.#most)) return first;
    const worker = new Worker(new URL("./digest_worker.ts", import.meta.url), { type: "module" });
    const thread: Thread = { worker, bodies: new Map() };
    worker.onmessage = ({ data }: MessageEvent<FromDigester>) =>
      thread.bodies.get(data.id)?.answered(data.digests);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(thread, new TypeError(event.message));
    };
    this.#threads.push(thread);
    return thread;
  }

  #end(thread: Thread, why: Error): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    thread.worker.terminate();
    for (const body of [...thread.bodies.values()]) body.fail(why);
  }
}

/** Fills the segments of its memory in turn; the thread takes them in the same order. */
class DigestsOnThread implements RunningDigests {
  readonly #id: number;
  readonly #memory: Uint8Array<SharedArrayBuffer>;
  readonly #post: (message: ToDigester) => void;
  #release: (() => void) | undefined;
  #segment = 0;
  #filled = 0;
  #underWay = 0;
  #failure: Error | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  readonly #end = Promise.withResolvers<Digests>();

  constructor(
    id: number,
    memory: SharedArrayBuffer,
    post: (message: ToDigester) => void,
    release: () => void,
  ) {
    this.#id = id;
    this.#memory = new Uint8Array(memory);
    this.#post = post;
    this.#release = release;
    // Of a failure whoever waits for the end is told, which may be nobody.
    this.#end.promise.catch(() => {});
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      while (this.#underWay === SEGMENTS && this.#failure === undefined) {
        await (this.#room ??= Promise.withResolvers()).promise;
      }
      if (this.#failure !== undefined) throw this.#failure;
      const piece = bytes.subarray(at, at + SEGMENT_BYTES - this.#filled);
      this.#memory.set(piece, this.#segment * SEGMENT_BYTES + this.#filled);
      at += piece.length;
      this.#filled += piece.length;
      if (this.#filled === SEGMENT_BYTES) this.#send();
    }
  }

  async finish(): Promise<Digests> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#filled > 0) this.#send();
    this.#post({ id: this.#id, ends: true });
    try {
      return await this.#end.promise;
    } finally {
      this.#letGo();
    }
  }

  drop(): void {
    if (this.#release === undefined) return;
    if (this.#failure === undefined) this.#post({ id: this.#id, dropped: true });
    this.#letGo();
  }

  /** The thread took a segment, or has come to the end. */
  answered(digests: Digests | undefined): void {
    if (digests !== undefined) return this.#end.resolve(digests);
    this.#underWay--;
    this.#wake();
  }

  /** The thread is no more. */
  fail(why: Error): void {
    this.#failure = why;
    this.#end.reject(why);
    this.#wake();
  }

  #send(): void {
    const from = this.#segment * SEGMENT_BYTES;
    this.#post({ id: this.#id, from, to: from + this.#filled });
    this.#underWay++;
    this.#filled = 0;
    this.#segment = (this.#segment + 1) % SEGMENTS;
  }

  #wake(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }
}
