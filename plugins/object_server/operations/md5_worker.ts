/// <reference lib="deno.worker" />
import { createHash, type Hash } from "node:crypto";

/** What the worker is told of a body: where its bytes will lie, which of them are there, and that it ends or is given up. */
export type ToMd5 =
  & { readonly id: number }
  & (
    | { readonly memory: SharedArrayBuffer }
    | { readonly from: number; readonly to: number }
    | { readonly ends: true }
    | { readonly dropped: true }
  );

/** What it answers: that bytes were taken, so that their place is free; or, at the end, the digest. */
export interface FromMd5 {
  readonly id: number;
  readonly digest?: Uint8Array;
}

const bodies = new Map<number, { readonly hash: Hash; readonly memory: Uint8Array<SharedArrayBuffer> }>();

self.onmessage = ({ data }: MessageEvent<ToMd5>) => {
  const { id } = data;
  if ("memory" in data) {
    bodies.set(id, { hash: createHash("md5"), memory: new Uint8Array(data.memory) });
  } else if ("from" in data) {
    const { hash, memory } = bodies.get(id)!;
    hash.update(memory.subarray(data.from, data.to));
    self.postMessage({ id } satisfies FromMd5);
  } else {
    const digest = "ends" in data ? new Uint8Array(bodies.get(id)!.hash.digest()) : undefined;
    bodies.delete(id);
    if (digest !== undefined) self.postMessage({ id, digest } satisfies FromMd5);
  }
};
