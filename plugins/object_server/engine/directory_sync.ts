/**
 * Makes a directory's entries durable, one fsync for many callers.
 *
 * Callers that come while a sync runs share the one after it, since the running one may have begun too early for them.
 */
export class DirectorySync {
  readonly #path: string;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when all that was done in the directory before the call is durable. */
  sync(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    this.#next = this.#running.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  #start(): Promise<void> {
    const run = syncDirectory(this.#path).finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }
}

/** Makes what was made, renamed or removed in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows has no handle for a directory that can be flushed.
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(path);
  await directory.sync();
}
