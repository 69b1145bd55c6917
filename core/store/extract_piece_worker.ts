import { type PieceReport, type PieceRequest, slotBytes } from "./extract_piece_messages.ts";
import { PiecedFile } from "./extract_pieces.ts";
import { toWorkerFault } from "./worker_fault.ts";

/** The global scope of a Worker, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<PieceRequest>) => void;
  postMessage(message: PieceReport): void;
}

const scope = globalThis as unknown as WorkerScope;
let file: PiecedFile | undefined;
let memory: SharedArrayBuffer | undefined;

scope.onmessage = ({ data }) => {
  try {
    take(data);
  } catch (error) {
    close();
    scope.postMessage({ kind: "fault", fault: toWorkerFault(error) });
  }
};

function take(request: PieceRequest): void {
  switch (request.kind) {
    case "open":
      memory = request.memory;
      file = new PiecedFile(request.file);
      return;
    case "piece":
      if (file === undefined || memory === undefined) return;
      file.write(request.offset, slotBytes(memory, request.slot).subarray(0, request.length));
      return scope.postMessage({ kind: "free", slot: request.slot });
    case "finish":
      if (file === undefined) return;
      file.finish();
      close();
      return scope.postMessage({ kind: "done" });
    case "drop":
      close();
      return scope.postMessage({ kind: "done" });
  }
}

function close(): void {
  file?.[Symbol.dispose]();
  file = undefined;
}
