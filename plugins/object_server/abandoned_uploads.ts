import type { ObjectEngine } from "./object_engine.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What {@link dropAbandonedUploads} works with. */
export interface AbandonedUploadsOptions {
  readonly engine: Pick<ObjectEngine, "uploads">;
  /** Days without a part after which an upload counts as left; 0: none does. */
  readonly idleDays: number;
  readonly now: () => Date;
  /** Told as `uploads_dropped`, with how many, and as `failure` where it could not be done. */
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
  /** Calls again and again. @returns What ends that. */
  readonly daily?: (work: () => void) => () => void;
}

/**
 * Drops uploads in parts that somebody began and left, which nobody would see and whose bytes would stay for ever: at once,
 * and each day. It never rejects; what failed is tried again a day later. Disposing it waits for what is under way.
 */
export function dropAbandonedUploads(options: AbandonedUploadsOptions): AsyncDisposable {
  const { engine, idleDays, now, log, daily = eachDay } = options;
  if (idleDays === 0) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  let running = Promise.resolve();
  const drop = async () => {
    try {
      const dropped = await engine.uploads.abortIdle(now().getTime() - idleDays * DAY_MS);
      if (dropped > 0) log("uploads_dropped", { uploads: dropped });
    } catch (error) {
      log("failure", { error });
    }
  };
  const work = () => void (running = running.then(drop));
  work();
  const end = daily(work);
  return {
    async [Symbol.asyncDispose]() {
      end();
      await running;
    },
  };
}

function eachDay(work: () => void): () => void {
  const timer = setInterval(work, DAY_MS);
  return () => clearInterval(timer);
}
