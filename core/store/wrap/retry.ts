import { isAbort } from "../../errors.ts";
import type { OperationOptions } from "../../plugin/context.ts";
import { pause } from "../../plugin/pause.ts";
import { type Storage, StorageError, type StorageKey, type StoredObject } from "../../plugin/storage.ts";
import { type ForwardedCall, ForwardingStorage } from "./forward.ts";

/** How often and how long {@link RetryStorage} tries. */
export interface RetryOptions {
  /** Calls in all, the first included. Default 5. */
  readonly attempts?: number;
  /** Longest wait before the second call, in milliseconds; doubles with each further one. Default 200. */
  readonly firstDelayMs?: number;
  /** Longest wait of all, in milliseconds. Default 10,000. */
  readonly maxDelayMs?: number;
  /**
   * How long, in milliseconds from the first call on, a storage that has not answered at all yet is asked again; what is
   * under way by then may go on. Default 4,000.
   */
  readonly contactMs?: number;
  /** Milliseconds since any time. */
  readonly now?: () => number;
  /** Resolves after so many milliseconds; rejects with the signal's reason if that aborts. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 up to, and less than, 1. */
  readonly random?: () => number;
  /** Told of each further attempt. */
  readonly log?: (event: string, fields?: Record<string, unknown>) => void;
}

/**
 * Tries again what was `unavailable`, with growing, random waits; nothing else. A storage that has answered once is taken to
 * come back soon; one that has not is given up sooner, since most often nobody is there.
 *
 * A cancelled call does not reach the storage, and nothing is tried again after an abort. An `exists` that follows
 * an `unavailable` may be the caller's own write whose reply was lost: it is passed on, since only the caller
 * knows whether that is success. A stream that breaks after `get` has given it is not resumed.
 */
export class RetryStorage extends ForwardingStorage {
  readonly #options: Required<RetryOptions>;
  #hasAnswered = false;
  #beganAt: number | undefined;

  constructor(inner: Storage, options: RetryOptions = {}) {
    super(inner);
    this.#options = {
      attempts: 5,
      firstDelayMs: 200,
      maxDelayMs: 10_000,
      contactMs: 4000,
      now: () => performance.now(),
      sleep: pause,
      random: Math.random,
      log: () => {},
      ...options,
    };
  }

  /** A listing that breaks is begun anew, and what was given before is left out. Attempts count from the last key given. */
  override async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    const given = new Set<StorageKey>();
    this.#beganAt ??= this.#options.now();
    for (let attempt = 1;; attempt++) {
      try {
        options.signal?.throwIfAborted();
        for await (const object of this.inner.list(prefix, options)) {
          this.#hasAnswered = true;
          if (given.has(object.key)) continue;
          given.add(object.key);
          attempt = 1;
          yield object;
        }
        this.#hasAnswered = true;
        return;
      } catch (error) {
        await this.#waitOrThrow("list", prefix, attempt, error, options.signal);
      }
    }
  }

  protected override async forward<T>(
    { operation, key, signal }: ForwardedCall,
    work: () => Promise<T>,
  ): Promise<T> {
    this.#beganAt ??= this.#options.now();
    for (let attempt = 1;; attempt++) {
      signal?.throwIfAborted();
      try {
        const result = await work();
        this.#hasAnswered = true;
        return result;
      } catch (error) {
        await this.#waitOrThrow(operation, key, attempt, error, signal);
      }
    }
  }

  async #waitOrThrow(
    operation: string,
    key: string,
    attempt: number,
    error: unknown,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { attempts, firstDelayMs, maxDelayMs, contactMs, now, random, sleep, log } = this.#options;
    if (isAbort(error) || !(error instanceof StorageError)) throw error;
    if (error.code !== "unavailable") {
      this.#hasAnswered = true;
      throw error;
    }
    signal?.throwIfAborted();
    if (attempt >= attempts) throw error;
    if (!this.#hasAnswered && (error.isLasting || now() - this.#beganAt! >= contactMs)) throw error;
    // Anything from half of the wait to the whole, so that clients which failed together do not come back together.
    const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
    log("storage.retry", { operation, key, attempt, delayMs: Math.round(delayMs) });
    await sleep(delayMs, signal);
  }
}
