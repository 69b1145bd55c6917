/// <reference lib="deno.worker" />
import { createHash, type Hash } from "node:crypto";

/** Digests of a body. */
export interface Digests {
  readonly md5: Uint8Array;
  /** If it was asked for. */
  readonly sha256?: Uint8Array;
}

/**
 * What the worker is told of a body: where its bytes will lie and what is wanted of them, which of them are there, and that
 * it ends or is given up.
 */
export type ToDigester =
  & { readonly id: number }
  & (
    | { readonly memory: SharedArrayBuffer; readonly withSha256: boolean }
    | { readonly from: number; readonly to: number }
    | { readonly ends: true }
    | { readonly dropped: true }
  );

/** What it answers: that bytes were taken, so that their place is free; or, at the end, the digests. */
export interface FromDigester {
  readonly id: number;
  readonly digests?: Digests;
}

interface RunningBody {
  readonly md5: Hash;
  readonly sha256: Hash | undefined;
  readonly memory: Uint8Array<SharedArrayBuffer>;
}

const bodies = new Map<number, RunningBody>();

self.onmessage = ({ data }: MessageEvent<ToDigester>) => {
  const { id } = data;
  if ("memory" in data) {
    bodies.set(id, {
      md5: createHash("md5"),
      sha256: data.withSha256 ? createHash("sha256") : undefined,
      memory: new Uint8Array(data.memory),
    });
  } else if ("from" in data) {
    const { md5, sha256, memory } = bodies.get(id)!;
    const bytes = memory.subarray(data.from, data.to);
    md5.update(bytes);
    sha256?.update(bytes);
    self.postMessage({ id } satisfies FromDigester);
  } else {
    const body = bodies.get(id);
    bodies.delete(id);
    if (!("ends" in data) || body === undefined) return;
    const sha256 = body.sha256 && new Uint8Array(body.sha256.digest());
    const digests = { md5: new Uint8Array(body.md5.digest()), ...(sha256 && { sha256 }) };
    self.postMessage({ id, digests } satisfies FromDigester);
  }
};
