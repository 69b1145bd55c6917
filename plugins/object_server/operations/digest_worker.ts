/// <reference lib="deno.worker" />
import { createHash, type Hash } from "node:crypto";

/** A digest that is taken of bodies. */
export type DigestName = "md5" | "sha256";

/** Digests of a body, those that were asked for. */
export type Digests = Readonly<Partial<Record<DigestName, Uint8Array>>>;

/**
 * What the worker is told of a body: where its bytes will lie and what is wanted of them, which of them are there, and that
 * it ends or is given up.
 */
export type ToDigester =
  & { readonly id: number }
  & (
    | { readonly memory: SharedArrayBuffer; readonly wanted: readonly DigestName[] }
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
  readonly hashes: readonly (readonly [DigestName, Hash])[];
  readonly memory: Uint8Array<SharedArrayBuffer>;
}

const bodies = new Map<number, RunningBody>();

self.onmessage = ({ data }: MessageEvent<ToDigester>) => {
  const { id } = data;
  if ("memory" in data) {
    bodies.set(id, {
      hashes: data.wanted.map((name) => [name, createHash(name)]),
      memory: new Uint8Array(data.memory),
    });
  } else if ("from" in data) {
    const { hashes, memory } = bodies.get(id)!;
    const bytes = memory.subarray(data.from, data.to);
    for (const [, hash] of hashes) hash.update(bytes);
    self.postMessage({ id } satisfies FromDigester);
  } else {
    const body = bodies.get(id);
    bodies.delete(id);
    if (!("ends" in data) || body === undefined) return;
    const digests: Digests = Object.fromEntries(
      body.hashes.map(([name, hash]) => [name, new Uint8Array(hash.digest())]),
    );
    self.postMessage({ id, digests } satisfies FromDigester);
  }
};
