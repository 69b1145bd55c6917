import type { ObjectBody } from "../storage.ts";
import { must } from "./case.ts";
import { storageClause } from "./storage_subject.ts";

const MIB = 1024 * 1024;
const TOTAL = 256 * MIB;
const BLOCK = 64 * 1024;
const ALLOWED = 64 * MIB;

/** The memory of this thread over a transfer: what is held back is still in use once garbage is collected. */
class MemoryWatch {
  readonly #inUse: () => number;
  readonly #before: number;
  #held: number | undefined;

  /** @param inUse Bytes that are in use and no garbage. */
  constructor(inUse: () => number) {
    this.#inUse = inUse;
    this.#before = inUse();
  }

  /** A body that is held back whole is three quarters there by the time of the one sample that counts. */
  sample(transferred: number): void {
    if (transferred >= TOTAL * 3 / 4) this.#held ??= this.#inUse() - this.#before;
  }

  mustBeFlat(what: string): void {
    const held = this.#held ?? Infinity;
    must(held <= ALLOWED, `${what} of 256 MiB must not hold more than 64 MiB, not ${Math.round(held / MIB)}`);
  }
}

/**
 * Tells how many bytes are in use, without garbage: on a busy machine that would lie about for longer than a
 * transfer lasts. A runtime that does not hand its collector out cannot tell, and none is said to be in use: a storage
 * is not to be called unfit for garbage.
 */
async function memoryMeter(): Promise<() => number> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  // A context that is made after this has the collector as a function; this one goes on as it is.
  setFlagsFromString("--expose-gc");
  const collect: (() => void) | undefined = runInNewContext("globalThis.gc");
  if (collect === undefined) return () => 0;
  return () => {
    // Buffers found to be garbage by the first round are given back by the second at the latest.
    collect();
    collect();
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
}

/** Blocks that begin with their own number; made while they are read. */
function numberedBody(watch: MemoryWatch): ObjectBody {
  return {
    size: TOTAL,
    open: () => {
      let at = 0;
      return new ReadableStream({
        pull(controller) {
          watch.sample(at);
          const piece = new Uint8Array(4 * BLOCK);
          const view = new DataView(piece.buffer);
          for (let block = 0; block < 4; block++) view.setUint32(block * BLOCK, (at / BLOCK) + block);
          controller.enqueue(piece);
          at += piece.length;
          if (at === TOTAL) controller.close();
        },
      }, { highWaterMark: 0 });
    },
  };
}

/** Clauses on large objects. */
export const streamingClauses = [
  storageClause(
    "256 MiB go in and come out without being held in memory",
    async ({ storage, key }) => {
      const inUse = await memoryMeter();
      const putting = new MemoryWatch(inUse);
      await storage.put(key("large"), numberedBody(putting));
      putting.mustBeFlat("put()");

      const getting = new MemoryWatch(inUse);
      let at = 0;
      for await (const chunk of await storage.get(key("large"))) {
        // The first byte of a block number is 0 and the last one counts: enough to notice blocks out of place.
        for (let block = Math.ceil(at / BLOCK); block * BLOCK + 3 < at + chunk.length; block++) {
          if (block * BLOCK < at) continue;
          const number = new DataView(chunk.buffer, chunk.byteOffset + block * BLOCK - at, 4).getUint32(0);
          must(number === block, `block ${block} must be where it was stored, not block ${number}`);
        }
        at += chunk.length;
        getting.sample(at);
      }
      must(at === TOTAL, `${TOTAL} bytes must come out, not ${at}`);
      getting.mustBeFlat("get()");
    },
    ({ storage }) =>
      storage.capabilities.maxObjectBytes < TOTAL ? "does not hold so large an object" : undefined,
  ),
];
