import type { RelativePath } from "../model/relative_path.ts";
import { decodeEntries, type LookReport, type LookRequest } from "./look_messages.ts";
import { lookAt, type WalkedEntry } from "./look_at.ts";
import { fromWorkerFault, type WorkerFault } from "./worker_fault.ts";

// Under this, starting Workers costs more than they save.
const MANY = 10_000;
const BATCH = 1024;
const MOST_WORKERS = 3;

/** Asks the file system about many paths at once: some threads take them by the batch, and this one does too. */
export class LookPool implements Disposable {
  readonly #root: string;
  readonly #workers: Worker[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Starts Workers if there will be enough for them to do, so that they are ready when it is. */
  expect(paths: number): void {
    if (paths < MANY || this.#workers.length > 0) return;
    const count = Math.min(MOST_WORKERS, navigator.hardwareConcurrency - 1);
    for (let i = 0; i < count; i++) {
      this.#workers.push(new Worker(new URL("./look_worker.ts", import.meta.url), { type: "module" }));
    }
  }

  /**
   * What the file system says of each path, in their order.
   *
   * @throws As {@link lookAt}; where several paths are at fault, for the first of them.
   */
  async look(paths: readonly RelativePath[]): Promise<WalkedEntry[]> {
    if (this.#workers.length === 0) return lookAt(this.#root, paths);
    const batches = Array.from(
      { length: Math.ceil(paths.length / BATCH) },
      (_, i) => paths.slice(i * BATCH, (i + 1) * BATCH),
    );
    const found = new Array<WalkedEntry[]>(batches.length);
    const faults = new Map<number, unknown>();
    let next = 0;
    const work = async (one: (batch: readonly RelativePath[]) => WalkedEntry[] | Promise<WalkedEntry[]>) => {
      while (next < batches.length && faults.size === 0) {
        const at = next++;
        try {
          found[at] = await one(batches[at]!);
        } catch (error) {
          faults.set(at, error);
        }
      }
    };
    await Promise.all([
      ...this.#workers.map((worker) => work((batch) => ask(worker, this.#root, batch))),
      work(async (batch) => {
        const entries = lookAt(this.#root, batch);
        // What Workers have answered meanwhile is taken, and they get their next batch.
        await new Promise((resolve) => setTimeout(resolve));
        return entries;
      }),
    ]);
    if (faults.size > 0) throw faults.get(Math.min(...faults.keys()));
    return found.flat();
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

function ask(worker: Worker, root: string, paths: readonly RelativePath[]): Promise<WalkedEntry[]> {
  const { promise, resolve, reject } = Promise.withResolvers<WalkedEntry[]>();
  worker.onmessage = ({ data }: MessageEvent<LookReport | { readonly fault: WorkerFault }>) => {
    if ("fault" in data) reject(fromWorkerFault(data.fault));
    else resolve(decodeEntries(paths, data));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new TypeError(`A Worker ended: ${event.message}`));
  };
  worker.postMessage({ root, paths: paths.join("\0") } satisfies LookRequest);
  return promise;
}
