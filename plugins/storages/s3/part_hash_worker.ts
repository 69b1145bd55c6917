/// <reference lib="deno.worker" />
import { createHash } from "node:crypto";

/** Bytes that another thread holds, and does not change until they are answered for. */
export interface PartToHash {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
  readonly length: number;
}

/** The SHA-256 of a part, in hex. */
export interface HashedPart {
  readonly id: number;
  readonly sha256: string;
}

self.onmessage = ({ data: { id, memory, length } }: MessageEvent<PartToHash>) => {
  const sha256 = createHash("sha256").update(new Uint8Array(memory, 0, length)).digest("hex");
  self.postMessage({ id, sha256 } satisfies HashedPart);
};
