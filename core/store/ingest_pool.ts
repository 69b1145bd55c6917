import type { Digest } from "../model/digest.ts";
import type { IngestedFile } from "./file_reading.ts";
import type { IngestReport, IngestRequest } from "./ingest_messages.ts";
import type { IngestPort, PackRules } from "./small_file_ingester.ts";
import { fromWorkerFault, type WorkerFault } from "./worker_fault.ts";

/** What a Worker asks of the thread that started it. */
export interface WorkerHost extends IngestPort {
  progress(bytes: number): void;
}

/** One ingest Worker. One call at a time. */
export class IngestWorker implements Disposable {
  readonly #worker: Worker;
  readonly #host: WorkerHost;
  readonly #signal: AbortSignal;
  #call: PromiseWithResolvers<readonly (IngestedFile | undefined)[]> | undefined;
  readonly #onAbort = () => this.#call?.reject(this.#signal.reason);

  constructor(host: WorkerHost, signal: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
    this.#worker = new Worker(new URL("./ingest_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<IngestReport>) => void this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#call?.reject(new TypeError(`A Worker ended: ${event.message}`));
    };
    signal.addEventListener("abort", this.#onAbort);
  }

  /** Tells how packs are made; first of all calls. */
  async open(rules: PackRules): Promise<void> {
    await this.call({ kind: "open", rules });
  }

  /** Has a request done. */
  call(request: IngestRequest): Promise<readonly (IngestedFile | undefined)[]> {
    this.#signal.throwIfAborted();
    this.#call = Promise.withResolvers();
    this.#worker.postMessage(request);
    return this.#call.promise;
  }

  async #receive(report: IngestReport): Promise<void> {
    try {
      switch (report.kind) {
        case "claim":
          return this.#answer({ kind: "claimed", wanted: await this.#host.claim(report.digests) });
        case "take":
          await this.#host.take(report.objects);
          return this.#answer({ kind: "taken" });
        case "progress":
          return this.#host.progress(report.bytes);
        case "done":
          return this.#call?.resolve(report.files);
        case "fault":
          return this.#call?.reject(fromWorkerFault(report.fault));
      }
    } catch (error) {
      this.#call?.reject(error);
    }
  }

  #answer(request: IngestRequest): void {
    this.#worker.postMessage(request);
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#worker.terminate();
  }
}

/** A Worker that writes what comes through a ring; resolves when the file is whole. */
export function startCopyWorker(
  memory: SharedArrayBuffer,
  directory: string,
  name: string,
): { done: Promise<void> } & Disposable {
  const worker = new Worker(new URL("./copy_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever waits sees the failure; before that it must not count as unhandled.
  promise.catch(() => {});
  worker.onmessage = ({ data: { fault } }: MessageEvent<{ fault?: WorkerFault }>) => {
    if (fault) reject(fromWorkerFault(fault));
    else resolve();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new TypeError(`A Worker ended: ${event.message}`));
  };
  worker.postMessage({ memory, directory, name });
  return { done: promise, [Symbol.dispose]: () => worker.terminate() };
}

/** Which digests are this operation's to store: each is given to one asker only. */
export class Claims {
  readonly #taken = new Set<Digest>();

  /** One answer for each; `present` are stored already. */
  claim(digests: readonly Digest[], present: ReadonlySet<Digest>): boolean[] {
    return digests.map((digest) => {
      if (present.has(digest) || this.#taken.has(digest)) return false;
      this.#taken.add(digest);
      return true;
    });
  }
}
