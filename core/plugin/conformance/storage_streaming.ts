import type { ObjectBody } from "../storage.ts";
import { must } from "./case.ts";
import { storageClause } from "./storage_subject.ts";

const MIB = 1024 * 1024;
const TOTAL = 256 * MIB;
const BLOCK = 64 * 1024;
const ALLOWED = 64 * MIB;

/**
 * Watches the memory of this thread: the least that is in use in the second half of a transfer. Garbage comes and
 * goes; what is held back stays, and a body that is held back whole is more than half there by then.
 */
class MemoryWatch {
  readonly #before: number;
  #least = Infinity;

  /** @param before Bytes in use before anything was transferred: later there is garbage that would hide growth. */
  constructor(before: number) {
    this.#before = before;
  }

  sample(transferred: number): void {
    if (transferred > TOTAL / 2) this.#least = Math.min(this.#least, inUse());
  }

  mustBeFlat(what: string): void {
    const grown = this.#least - this.#before;
    must(
      grown <= ALLOWED,
      `${what} of 256 MiB must not hold more than 64 MiB, not ${Math.round(grown / MIB)}`,
    );
  }
}

function inUse(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Bytes in use once garbage of whatever went before is collected, which allocating much makes the engine do. */
async function inUseAfterCollection(): Promise<number> {
  let least = inUse();
  for (let round = 0; round < 8; round++) {
    new ArrayBuffer(64 * MIB);
    await new Promise((resolve) => setTimeout(resolve, 0));
    least = Math.min(least, inUse());
  }
  return least;
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
      const before = await inUseAfterCollection();
      const putting = new MemoryWatch(before);
      await storage.put(key("large"), numberedBody(putting));
      putting.mustBeFlat("put()");

      const getting = new MemoryWatch(before);
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
