import type { ExtractReport, ExtractRequest } from "./extract_messages.ts";
import { fromWorkerFault } from "./worker_fault.ts";

/** One Worker that writes files. One call at a time. */
export class ExtractWorker implements Disposable {
  readonly #worker: Worker;
  readonly #signal: AbortSignal;
  #call: PromiseWithResolvers<void> | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#worker = new Worker(new URL("./extract_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<ExtractReport>) => {
      if (data.kind === "done") this.#call?.resolve();
      else this.#call?.reject(fromWorkerFault(data.fault));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#call?.reject(new TypeError(`A Worker ended: ${event.message}`));
    };
  }

  /**
   * Has files written; the request's bytes move to the Worker. One that has begun is ended also after an abort, so
   * that no file is left half written.
   */
  write(request: ExtractRequest): Promise<void> {
    this.#signal.throwIfAborted();
    this.#call = Promise.withResolvers();
    this.#worker.postMessage(request, [request.bytes.buffer]);
    return this.#call.promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
