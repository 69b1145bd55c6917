import { CopyRing } from "./copy_ring.ts";
import { Spool } from "./staging.ts";
import { toWorkerFault, type WorkerFault } from "./worker_fault.ts";

/** The global scope of a Worker, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<{ memory: SharedArrayBuffer; directory: string; name: string }>) => void;
  postMessage(message: { fault?: WorkerFault }): void;
}

const scope = globalThis as unknown as WorkerScope;

// Writes what another Worker reads and hashes; see CopyRing.
scope.onmessage = ({ data: { memory, directory, name } }) => {
  let spool: Spool | undefined;
  try {
    new CopyRing(memory).drain((bytes) => {
      spool ??= new Spool(directory, name);
      spool.write(bytes);
    });
    scope.postMessage({});
  } catch (error) {
    scope.postMessage({ fault: toWorkerFault(error) });
  } finally {
    spool?.close();
  }
};
