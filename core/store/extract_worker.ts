import type { ExtractReport, ExtractRequest } from "./extract_messages.ts";
import { toWorkerFault } from "./worker_fault.ts";
import { writeFiles } from "./write_files.ts";

/** The global scope of a Worker, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<ExtractRequest>) => void;
  postMessage(message: ExtractReport): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  try {
    writeFiles(data);
    scope.postMessage({ kind: "done" });
  } catch (error) {
    scope.postMessage({ kind: "fault", fault: toWorkerFault(error) });
  }
};
