import assert from "node:assert/strict";
import { CopyRing } from "./copy_ring.ts";
import { READ_BYTES } from "./file_reading.ts";

/** Writes what comes through a ring to a file, in a thread of its own. */
function copyTo(ring: CopyRing, directory: string): { ended: Promise<unknown> } & Disposable {
  const worker = new Worker(new URL("./copy_worker.ts", import.meta.url), { type: "module" });
  worker.postMessage({ memory: ring.memory, directory, name: "copy" });
  return {
    ended: new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)),
    [Symbol.dispose]: () => worker.terminate(),
  };
}

Deno.test("what is written is what was handed over, however often the writing thread is woken for nothing", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const ring = new CopyRing();
    using copy = copyTo(ring, directory);
    const control = new Int32Array(ring.memory, 0, 1);
    const pieces = 100;

    for (let i = 0; i < pieces; i++) {
      const buffer = ring.free();
      for (let wake = 0; wake < 50; wake++) {
        Atomics.notify(control, 0);
        buffer.fill(wake);
      }
      buffer.fill(i);
      ring.push(READ_BYTES - i);
    }
    ring.end(true);

    assert.deepEqual(await copy.ended, {});
    const written = await Deno.readFile(`${directory}/copy`);
    let at = 0;
    for (let i = 0; i < pieces; i++) {
      const piece = written.subarray(at, at += READ_BYTES - i);
      assert.ok(piece.length === READ_BYTES - i && piece.every((byte) => byte === i), `piece ${i}`);
    }
    assert.equal(written.length, at);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
