import type { FileToWrite } from "./extract_messages.ts";
import {
  PIECE_BYTES,
  PIECE_SLOTS,
  type PieceReport,
  type PieceRequest,
  slotBytes,
} from "./extract_piece_messages.ts";
import { fromWorkerFault } from "./worker_fault.ts";

/** Room for one piece. */
export interface Slot {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** One Worker that writes large files, one after another, and checks them while they grow. */
export class PieceWriter implements Disposable {
  readonly #worker: Worker;
  readonly #memory = new SharedArrayBuffer(PIECE_SLOTS * PIECE_BYTES);
  #free: number[] = [];
  #waiting: PromiseWithResolvers<number>[] = [];
  #end: PromiseWithResolvers<void> | undefined;
  #fault: Error | undefined;
  #gone: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL("./extract_piece_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<PieceReport>) => {
      if (data.kind === "free") this.#giveBack(data.slot);
      else if (data.kind === "done") this.#end?.resolve();
      else this.#fail(fromWorkerFault(data.fault));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#gone = new TypeError(`A Worker ended: ${event.message}`);
      this.#fail(this.#gone);
    };
  }

  /** Begins a file; the one before was finished or dropped. */
  open(file: FileToWrite): void {
    this.#free = Array.from({ length: PIECE_SLOTS }, (_, i) => i);
    this.#waiting = [];
    this.#fault = this.#gone;
    this.#end = undefined;
    this.#ask({ kind: "open", file, memory: this.#memory });
  }

  /** Room for bytes, once there is some. @throws What writing failed of. */
  async slot(): Promise<Slot> {
    if (this.#fault !== undefined) throw this.#fault;
    let number = this.#free.pop();
    if (number === undefined) {
      const turn = Promise.withResolvers<number>();
      this.#waiting.push(turn);
      number = await turn.promise;
    }
    return { number, bytes: slotBytes(this.#memory, number) };
  }

  /** Has the first `length` bytes of a slot written at `offset`; the slot is the writer's again. */
  write({ number }: Slot, offset: number, length: number): void {
    if (length === 0) return this.#giveBack(number);
    this.#ask({ kind: "piece", slot: number, offset, length });
  }

  /** Has the file checked and kept. @throws {CorruptionError} `object_corrupt`; what writing failed of. */
  async finish(): Promise<void> {
    await this.#ended({ kind: "finish" });
  }

  /** Has the file removed. */
  async drop(): Promise<void> {
    // A Worker that has removed it already, or is gone, has nothing to tell.
    if (this.#fault === undefined) await this.#ended({ kind: "drop" }).catch(() => {});
  }

  async #ended(request: PieceRequest): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    this.#end = Promise.withResolvers();
    this.#ask(request);
    await this.#end.promise;
  }

  #ask(request: PieceRequest): void {
    this.#worker.postMessage(request);
  }

  #giveBack(slot: number): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(slot);
    else next.resolve(slot);
  }

  #fail(fault: Error): void {
    this.#fault ??= fault;
    for (const turn of this.#waiting.splice(0)) turn.reject(fault);
    this.#end?.reject(fault);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
