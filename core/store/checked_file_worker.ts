import { type CheckedFileReport, type CheckedFileRequest, slotOf } from "./checked_file_messages.ts";
import { FileCheck } from "./file_check.ts";

/** The global scope of a Worker, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<CheckedFileRequest>) => void;
  postMessage(message: CheckedFileReport): void;
}

const scope = globalThis as unknown as WorkerScope;
const open = new Map<number, { readonly file: FileCheck; readonly memory: SharedArrayBuffer }>();

scope.onmessage = ({ data }) => {
  const { id } = data;
  try {
    if (data.kind === "open") {
      open.set(id, { file: new FileCheck(data.path, data.size, data.hex), memory: data.memory });
      return;
    }
    const reading = open.get(id);
    if (reading === undefined) return;
    if (data.kind === "close") return close(id);
    const length = reading.file.fill(slotOf(reading.memory, data.slot));
    scope.postMessage({ id, kind: "filled", slot: data.slot, length });
  } catch (error) {
    close(id);
    const { message } = error as Error;
    scope.postMessage({ id, kind: error instanceof RangeError ? "wrong" : "unreadable", why: message });
  }
};

function close(id: number): void {
  open.get(id)?.file[Symbol.dispose]();
  open.delete(id);
}
