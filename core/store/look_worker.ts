import { encodeEntries, type LookReport, type LookRequest } from "./look_messages.ts";
import type { RelativePath } from "../model/relative_path.ts";
import { lookAt } from "./look_at.ts";
import { toWorkerFault, type WorkerFault } from "./worker_fault.ts";

/** The global scope of a Worker, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<LookRequest>) => void;
  postMessage(message: LookReport | { readonly fault: WorkerFault }, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { root, paths } }) => {
  try {
    const report = encodeEntries(lookAt(root, paths.split("\0") as RelativePath[]));
    scope.postMessage(report, [report.numbers.buffer]);
  } catch (error) {
    scope.postMessage({ fault: toWorkerFault(error) });
  }
};
