import { ObjectEngineError } from "./engine_error.ts";
import type { ToWriter } from "./engine_worker.ts";
import type { Mutation, Outcome, ReleasedBody } from "./mutation.ts";

// Bounds how long one transaction takes; a batch of as many 4 KiB objects is one sync of 2 MB.
const MOST_IN_A_BATCH = 256;
// Bounds what is copied to the other thread at once.
const MOST_BYTES_IN_A_BATCH = 8 * 1024 * 1024;

interface Waiting {
  readonly mutation: Mutation;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Carries mutations to the writer's thread, all that came while it was busy in one batch.
 *
 * The writer has a thread of its own since a sync of the disk blocks the one that it is called in.
 */
export class Committer implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #onReleased: (bodies: readonly ReleasedBody[]) => void;
  #queue: Waiting[] = [];
  #underWay: readonly Waiting[] | undefined;
  #idle = Promise.withResolvers<void>();
  #failed: ObjectEngineError | undefined;
  #closing = false;

  private constructor(worker: Worker, onReleased: (bodies: readonly ReleasedBody[]) => void) {
    this.#worker = worker;
    this.#onReleased = onReleased;
    worker.onmessage = ({ data }: MessageEvent<readonly Outcome[]>) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
  }

  /**
   * Starts the writer.
   *
   * @param path Of the database, which has been made.
   * @param onReleased Told of bodies that lost their last reference, before the mutation resolves.
   */
  static async open(
    path: string,
    onReleased: (bodies: readonly ReleasedBody[]) => void,
  ): Promise<Committer> {
    const worker = new Worker(new URL("./engine_worker.ts", import.meta.url), { type: "module" });
    const opened = Promise.withResolvers<void>();
    worker.onmessage = () => opened.resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      opened.reject(stopped(event.message));
    };
    worker.postMessage({ open: path } satisfies ToWriter);
    try {
      await opened.promise;
    } catch (error) {
      worker.terminate();
      throw error;
    }
    return new Committer(worker, onReleased);
  }

  /**
   * Carries out a mutation; durable when it resolves.
   *
   * @throws {ObjectEngineError} What stands against it.
   */
  commit(mutation: Mutation): Promise<unknown> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    if (this.#closing) return Promise.reject(closed());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#queue.push({ mutation, resolve, reject });
    // The others of this turn of the event loop come along.
    if (this.#underWay === undefined && this.#queue.length === 1) queueMicrotask(() => this.#send());
    return promise;
  }

  /** Finishes what is under way and closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    while (this.#failed === undefined && (this.#underWay !== undefined || this.#queue.length > 0)) {
      await this.#idle.promise;
    }
    if (this.#failed !== undefined) return;
    const ended = Promise.withResolvers<void>();
    this.#worker.onmessage = () => ended.resolve();
    this.#worker.postMessage({ close: true } satisfies ToWriter);
    await ended.promise;
    this.#worker.terminate();
  }

  #send(): void {
    if (this.#underWay !== undefined || this.#queue.length === 0) return;
    let count = 0;
    for (let bytes = 0; count < this.#queue.length && count < MOST_IN_A_BATCH; count++) {
      bytes += sizeOf(this.#queue[count]!.mutation);
      if (bytes > MOST_BYTES_IN_A_BATCH && count > 0) break;
    }
    this.#underWay = this.#queue.splice(0, count);
    try {
      this.#worker.postMessage({ apply: this.#underWay.map(({ mutation }) => mutation) } satisfies ToWriter);
    } catch (error) {
      // Something in them is no data: a caller's mistake, which must not stop the others for good.
      const refused = this.#underWay;
      this.#underWay = undefined;
      for (const { reject } of refused) reject(error);
      this.#send();
    }
  }

  #settle(outcomes: readonly Outcome[]): void {
    const done = this.#underWay!;
    this.#underWay = undefined;
    this.#send();
    done.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index]!;
      if (!outcome.ok) return reject(toError(outcome));
      if (outcome.released.length > 0) this.#onReleased(outcome.released);
      resolve(outcome.value);
    });
    // What was asked for in answer to these goes into the next batch, so the queue may be filling again.
    this.#send();
    this.#wake();
  }

  #wake(): void {
    this.#idle.resolve();
    this.#idle = Promise.withResolvers<void>();
  }

  /** The writer itself ended: what was under way may or may not have been done. */
  #fail(why: string): void {
    this.#failed = stopped(why);
    for (const { reject } of [...this.#underWay ?? [], ...this.#queue.splice(0)]) reject(this.#failed);
    this.#underWay = undefined;
    this.#worker.terminate();
    this.#wake();
  }
}

function sizeOf(mutation: Mutation): number {
  if (mutation.does === "put_part") return mutation.fresh.bytes?.length ?? 0;
  if (mutation.does !== "put_object" || !("fresh" in mutation.source)) return 0;
  return mutation.source.fresh.bytes?.length ?? 0;
}

function toError(outcome: Outcome & { ok: false }): Error {
  if (outcome.code === "bug") return new TypeError(outcome.report.what);
  return new ObjectEngineError(outcome.code, outcome.report, { details: outcome.details });
}

function stopped(why: string): ObjectEngineError {
  return new ObjectEngineError("unavailable", { what: "Cannot write to the object server's data", why });
}

/** The failure of every call after the engine was closed. */
export function closed(): ObjectEngineError {
  return new ObjectEngineError("closed", {
    what: "Cannot use the object server's data",
    why: "it has been closed",
  });
}
