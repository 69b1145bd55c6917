import { systemCode } from "./file_failure.ts";

/**
 * Makes directories durable, one fsync for many callers.
 *
 * A rename lasts through a power cut only once its directory is synced. Callers that come while a sync of the same
 * directory runs share the one after it, since the running one may have begun before their rename.
 */
export class DirectorySync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Resolves when all that was done in the directory before the call is durable. */
  sync(path: string): Promise<void> {
    const next = this.#next.get(path);
    if (next) return next;
    const running = this.#running.get(path);
    if (!running) return this.#start(path);
    const following = running.catch(() => {}).then(() => {
      this.#next.delete(path);
      return this.#start(path);
    });
    this.#next.set(path, following);
    return following;
  }

  #start(path: string): Promise<void> {
    const run = syncDirectory(path).finally(() => this.#running.delete(path));
    this.#running.set(path, run);
    return run;
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no handle for a directory that can be flushed.
  if (Deno.build.os === "windows") return;
  using directory = Deno.openSync(path);
  try {
    await directory.sync();
  } catch (error) {
    // Network and FUSE file systems that cannot sync a directory say so with one of these; there is no other way.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(systemCode(error) ?? "")) throw error;
  }
}
