import { CopyRing } from "./copy_ring.ts";
import { CheckedFiles } from "./checked_files.ts";
import type { IngestedFile } from "./file_reading.ts";
import type { LargeCopy } from "./ingest_messages.ts";
import { Claims, IngestWorker, startCopyWorker, type WorkerHost } from "./ingest_pool.ts";
import { ingestLargeFile } from "./large_file.ts";
import { readPackEntries } from "./pack_format.ts";
import { settledBody } from "./settled_body.ts";
import type { StagedObjects } from "./pack_writer.ts";
import { SmallFileIngester } from "./small_file_ingester.ts";
import { pathBody, removeIfThere, removeStaged, stagingName } from "./staging.ts";
import type { BulkOptions, Store } from "./store.ts";

export type { IngestedFile } from "./file_reading.ts";

// Under this, starting Workers costs more than they save.
const INLINE_FILES = 64;
const INLINE_BYTES = 8 * 1024 * 1024;
const BATCH_FILES = 128;
// Packs that wait for the storage; each is a file in the staging directory.
const MOST_WAITING = 4;
// From here on a second thread for the copy pays.
const RING_BYTES = 32 * 1024 * 1024;

/** Stores the contents of files; see {@link Store.putFiles}. */
export async function ingestFiles(
  store: Store,
  paths: readonly string[],
  options: BulkOptions & { readonly signal: AbortSignal },
): Promise<IngestedFile[]> {
  if (paths.length === 0) return [];
  const ingestion = new Ingestion(store, paths, options);
  try {
    await (isLittle(paths) ? ingestion.runHere() : ingestion.runInWorkers());
    return ingestion.files as IngestedFile[];
  } finally {
    await ingestion.settle();
  }
}

function isLittle(paths: readonly string[]): boolean {
  if (paths.length > INLINE_FILES) return false;
  let bytes = 0;
  for (const path of paths) {
    try {
      bytes += Deno.statSync(path).size;
    } catch {
      // Told when it is read.
    }
  }
  return bytes <= INLINE_BYTES;
}

class Ingestion implements WorkerHost {
  readonly files: (IngestedFile | undefined)[];
  readonly #store: Store;
  readonly #paths: readonly string[];
  readonly #options: BulkOptions & { readonly signal: AbortSignal };
  readonly #name = `${stagingName()}-`;
  readonly #claims = new Claims();
  readonly #waiting = new Set<Promise<void>>();
  readonly #failed: unknown[] = [];
  readonly #checked = new CheckedFiles();
  #bytes = 0;
  #count = 0;

  constructor(
    store: Store,
    paths: readonly string[],
    options: BulkOptions & { readonly signal: AbortSignal },
  ) {
    this.#store = store;
    this.#paths = paths;
    this.#options = options;
    this.files = new Array(paths.length);
  }

  async runHere(): Promise<void> {
    using ingester = new SmallFileIngester(this.#rules(), this);
    this.#note(0, await ingester.add(this.#paths));
    await ingester.finish();
    for (const at of this.#large()) {
      this.#options.signal.throwIfAborted();
      const copy = this.#plainCopy();
      const file = ingestLargeFile(this.#paths[at]!, copy, (bytes) => this.progress(bytes));
      await this.#putLarge(at, file, copy.kind === "write" ? copy.staged : undefined);
    }
    await this.#drain(0);
  }

  async runInWorkers(): Promise<void> {
    const batches = Math.ceil(this.#paths.length / BATCH_FILES);
    const count = Math.min(this.#store.workers, Math.max(batches, Math.min(this.#paths.length, 4)));
    using stack = new DisposableStack();
    const workers = Array.from(
      { length: count },
      () => stack.use(new IngestWorker(this, this.#options.signal)),
    );
    let next = 0;
    await Promise.all(workers.map(async (worker) => {
      await worker.open(this.#rules());
      while (next < batches) {
        const from = next++ * BATCH_FILES;
        const paths = this.#paths.slice(from, from + BATCH_FILES);
        this.#note(from, await worker.call({ kind: "small", paths }));
      }
      await worker.call({ kind: "finish" });
    }));
    const large = this.#large();
    const pairs = large.length * 2 <= Math.max(2, this.#store.workers);
    await Promise.all(workers.map(async (worker) => {
      for (let at = large.pop(); at !== undefined; at = large.pop()) {
        await (pairs ? this.#copyByTwo(worker, at) : this.#copyByOne(worker, at));
      }
    }));
    await this.#drain(0);
  }

  async claim(digests: Parameters<WorkerHost["claim"]>[0]): Promise<boolean[]> {
    const present = await this.#store.catalog.present(digests, {
      signal: this.#options.signal,
      lasting: true,
    });
    return this.#claims.claim(digests, present);
  }

  async take(objects: StagedObjects): Promise<void> {
    const put = this.#put(objects).catch((error) => void this.#failed.push(error));
    this.#waiting.add(put);
    put.finally(() => this.#waiting.delete(put));
    await this.#drain(MOST_WAITING);
  }

  progress(bytes: number): void {
    this.#bytes += bytes;
    this.#options.onProgress?.(this.#bytes, this.#count);
  }

  /** Waits for what is under way, and removes what is left of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#waiting);
    this.#checked[Symbol.dispose]();
    removeStaged(this.#store.stagingDirectory, this.#name);
  }

  async #put(objects: StagedObjects): Promise<void> {
    const { path, size, digest } = objects.file;
    const body = pathBody(path, size);
    if (objects.kind === "object") await this.#store.putObject(digest, body, this.#options);
    else await this.#store.putPack(digest, body, readPackEntries(objects.index), this.#options);
    removeIfThere(path);
  }

  async #copyByOne(worker: IngestWorker, at: number): Promise<void> {
    const copy = this.#plainCopy();
    const [file] = await worker.call({ kind: "large", path: this.#paths[at]!, copy });
    await this.#putLarge(at, file!, copy.kind === "write" ? copy.staged : undefined);
  }

  async #copyByTwo(worker: IngestWorker, at: number): Promise<void> {
    const path = this.#paths[at]!;
    if (this.#plainCopy().kind === "none" || Deno.statSync(path).size < RING_BYTES) {
      return await this.#copyByOne(worker, at);
    }
    const { memory } = new CopyRing();
    const directory = this.#store.stagingDirectory;
    const name = this.#name + crypto.randomUUID();
    using copier = startCopyWorker(memory, directory, name);
    const call = worker.call({ kind: "large", path, copy: { kind: "ring", memory } });
    const [[file]] = await Promise.all([call, copier.done]);
    await this.#putLarge(at, file!, `${directory}/${name}`);
  }

  async #putLarge(at: number, file: IngestedFile, staged: string | undefined): Promise<void> {
    this.files[at] = file;
    this.#count++;
    this.progress(0);
    if (!(await this.claim([file.digest]))[0]) {
      if (staged !== undefined) removeIfThere(staged);
      return;
    }
    const body = staged === undefined
      ? settledBody(this.#paths[at]!, file, this.#checked)
      : pathBody(staged, file.size);
    await this.#store.putObject(file.digest, body, this.#options);
    if (staged !== undefined) removeIfThere(staged);
  }

  #plainCopy(): LargeCopy {
    const staging = this.#store.storage.capabilities.stagingDirectory;
    if (staging === undefined) return { kind: "none" };
    return { kind: "write", staged: `${staging}/${this.#name}${crypto.randomUUID()}` };
  }

  #rules() {
    const { stagingDirectory, packBelowBytes, packTargetBytes } = this.#store;
    return { directory: stagingDirectory, name: this.#name, packBelowBytes, packTargetBytes };
  }

  #note(from: number, files: readonly (IngestedFile | undefined)[]): void {
    let bytes = 0;
    files.forEach((file, i) => {
      this.files[from + i] = file;
      if (!file) return;
      bytes += file.size;
      this.#count++;
    });
    this.progress(bytes);
  }

  /** Positions of the files that are not small. */
  #large(): number[] {
    return [...this.files.keys()].filter((at) => this.files[at] === undefined);
  }

  async #drain(most: number): Promise<void> {
    while (this.#waiting.size > most) await Promise.race(this.#waiting);
    if (this.#failed.length > 0) throw this.#failed[0];
  }
}
