import type { IngestReport, IngestRequest } from "./ingest_messages.ts";
import { ingestLargeFile } from "./large_file.ts";
import { type IngestPort, SmallFileIngester } from "./small_file_ingester.ts";
import { toWorkerFault } from "./worker_fault.ts";

/** The global scope of a Worker, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<IngestRequest>) => void;
  postMessage(message: IngestReport): void;
}

const scope = globalThis as unknown as WorkerScope;
let ingester: SmallFileIngester | undefined;
let answer: ((request: IngestRequest) => void) | undefined;

function ask(report: IngestReport): Promise<IngestRequest> {
  const { promise, resolve } = Promise.withResolvers<IngestRequest>();
  answer = resolve;
  scope.postMessage(report);
  return promise;
}

const port: IngestPort = {
  async claim(digests) {
    const request = await ask({ kind: "claim", digests });
    return request.kind === "claimed" ? request.wanted : [];
  },
  async take(objects) {
    await ask({ kind: "take", objects });
  },
};

async function handle(request: IngestRequest): Promise<void> {
  switch (request.kind) {
    case "open":
      ingester = new SmallFileIngester(request.rules, port);
      return scope.postMessage({ kind: "done", files: [] });
    case "small":
      return scope.postMessage({ kind: "done", files: await ingester!.add(request.paths) });
    case "large": {
      const report = (bytes: number) => scope.postMessage({ kind: "progress", bytes });
      return scope.postMessage({
        kind: "done",
        files: [ingestLargeFile(request.path, request.copy, report)],
      });
    }
    case "finish":
      await ingester!.finish();
      return scope.postMessage({ kind: "done", files: [] });
    case "claimed":
    case "taken":
      answer!(request);
  }
}

scope.onmessage = async ({ data }) => {
  try {
    await handle(data);
  } catch (error) {
    scope.postMessage({ kind: "fault", fault: toWorkerFault(error) });
  }
};
