import type { ObjectRequest, ObjectServerAddress } from "../support/object_client.ts";
import type { WorkerNews, WorkerTask } from "./object_requests_worker.ts";

const WORKERS = 4;

/** Sends requests from four threads; they are signed and the connections are open before the clock starts. */
export class RequestGenerator implements Disposable {
  readonly #workers = Array.from(
    { length: WORKERS },
    () => new Worker(new URL("./object_requests_worker.ts", import.meta.url), { type: "module" }),
  );

  /**
   * Seconds until all are answered.
   *
   * @param inFlight At a time; a multiple of four.
   */
  async time(
    address: ObjectServerAddress,
    requests: readonly ObjectRequest[],
    inFlight: number,
  ): Promise<number> {
    const connections = inFlight / WORKERS;
    await Promise.all(this.#workers.map((worker, i) =>
      ask(worker, {
        kind: "prepare",
        address,
        requests: requests.filter((_, at) => at % WORKERS === i),
        connections,
      })
    ));
    const start = performance.now();
    await Promise.all(this.#workers.map((worker) => ask(worker, { kind: "go" })));
    return (performance.now() - start) / 1000;
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

async function ask(worker: Worker, task: WorkerTask): Promise<void> {
  const news = await new Promise<WorkerNews>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerNews>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(task);
  });
  if (news.kind === "failed") throw new Error(news.why);
}
