import assert from "node:assert/strict";
import { patternBytes, readAll, TestEngine } from "../../../tests/support/object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { DATABASE_NAME, openObjectEngine } from "./open_engine.ts";

const PAGE = 4096;

/** Numbers below a bound, the same at each run: the generator of POSIX's rand(3). */
function numbers(seed: number): (below: number) => number {
  return (below) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
}

const DAMAGES: Readonly<Record<string, (bytes: Uint8Array, pick: (below: number) => number) => Uint8Array>> =
  {
    "single bits": (bytes, pick) => {
      for (let i = 0; i < 16; i++) bytes[pick(bytes.length)]! ^= 1 << pick(8);
      return bytes;
    },
    "a page of zeros": (bytes, pick) => {
      const at = pick(bytes.length / PAGE) * PAGE;
      return bytes.fill(0, at, at + PAGE);
    },
    "a page in the place of another": (bytes, pick) => {
      const from = pick(bytes.length / PAGE) * PAGE;
      bytes.copyWithin(pick(bytes.length / PAGE) * PAGE, from, from + PAGE);
      return bytes;
    },
    // What the page header counts, "Database File Format" of SQLite, 1.6: rows are there no more, and nothing else is wrong.
    "a leaf that counts a row too few": (bytes, pick) => {
      const leaves = Array.from({ length: bytes.length / PAGE - 1 }, (_, i) => (i + 1) * PAGE)
        .filter((at) => [0x0a, 0x0d].includes(bytes[at]!) && bytes[at + 4]! > 0);
      bytes[leaves[pick(leaves.length)]! + 4]! -= 1;
      return bytes;
    },
    "an end that is missing": (bytes, pick) => bytes.slice(0, pick(bytes.length)),
  };

for (const [what, damage] of Object.entries(DAMAGES)) {
  Deno.test(`a database with ${what} is refused, or gives all objects as they were, or an error of its own`, async () => {
    await using t = await TestEngine.open();
    const bodies = new Map<string, Uint8Array>();
    for (let i = 0; i < 40; i++) {
      const key = `folder${i % 5}/key${i}`;
      bodies.set(key, patternBytes(200 + i * 211, i));
      await t.put(key, bodies.get(key)!);
    }
    await t.engine[Symbol.asyncDispose]();
    const file = `${t.directory}/${DATABASE_NAME}`;
    const whole = Deno.readFileSync(file);
    const pick = numbers(7);

    for (let round = 0; round < 12; round++) {
      Deno.writeFileSync(file, damage(whole.slice(), pick));
      await foreseen(async () => {
        await using engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });
        await foreseen(async () => {
          const { objects } = await engine.objects.list("b", { limit: 1000 });
          assert.equal(objects.length, bodies.size, "a bucket with fewer objects than it has");
        });
        for (const [key, body] of bodies) {
          await foreseen(async () => {
            using object = await engine.objects.open({ bucket: "b", key });
            assert.deepEqual(await readAll(object.read()), body);
          });
        }
      });
      for (const more of ["-wal", "-shm"]) await Deno.remove(file + more).catch(() => {});
    }
    Deno.writeFileSync(file, whole);
    t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });
  });
}

/** Does something that may fail as the engine foresees it. */
async function foreseen(act: () => Promise<void>): Promise<void> {
  await act().catch((error) => {
    if (!(error instanceof ObjectEngineError)) throw error;
  });
}
