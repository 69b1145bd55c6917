import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import { ObjectCache } from "./objects.ts";
import { CacheRoom, type Evictable } from "./room.ts";

/** A room of `maxBytes` with things in it, by name: what they take and when they were used. */
async function openRoom(
  maxBytes: number,
  things:
    readonly (readonly [name: string, bytes: number, usedAt: number, inUse?: true | undefined, last?: 1])[],
): Promise<{ room: CacheRoom; left: () => string[]; directory: string } & AsyncDisposable> {
  const directory = await Deno.makeTempDir();
  const room = new CacheRoom(directory, maxBytes);
  await room.maxBytes();
  const there = new Map<string, Evictable>();
  for (const [name, bytes, usedAt, inUse, last] of things) {
    const evict = () => inUse === undefined && there.delete(name);
    there.set(name, { bytes, usedAt, evict, ...(last === undefined ? {} : { last }) });
  }
  room.add({ evictables: () => [...there.values()], fixedBytes: () => 10 });
  return {
    room,
    directory,
    left: () => [...there.keys()].sort(),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

Deno.test("room is made by what is longest unused, and no more of it goes than must", async () => {
  await using test = await openRoom(100, [["new", 30, 3], ["old", 30, 1], ["middle", 20, 2]]);

  assert.equal(test.room.take(10), true, "10 of 100 are left beside what cannot go");
  assert.deepEqual(test.left(), ["middle", "new", "old"]);
  assert.equal(test.room.take(25), true);
  assert.deepEqual(test.left(), ["middle", "new"]);
});

Deno.test("what is in use stays, and what goes last goes last", async () => {
  await using test = await openRoom(100, [["used", 40, 1, true], ["result", 10, 1, undefined, 1], [
    "tree",
    40,
    9,
  ]]);

  assert.equal(test.room.take(35), true);
  assert.deepEqual(test.left(), ["result", "used"]);
  assert.equal(test.room.take(60), false);
  assert.deepEqual(test.left(), ["used"]);
});

Deno.test("what is larger than the cap finds no room, and nothing goes for it", async () => {
  await using test = await openRoom(100, [["tree", 80, 1]]);

  assert.equal(test.room.take(101), false);
  assert.deepEqual(test.left(), ["tree"]);
});

Deno.test("room that was taken and given back can be taken again, also by another process", async () => {
  await using test = await openRoom(100, []);
  const other = new CacheRoom(test.directory, 100);
  await other.maxBytes();
  other.add({ evictables: () => [], fixedBytes: () => 10 });
  let begun = 0;

  assert.equal(test.room.take(50, () => begun++), true);
  assert.equal(other.take(30), true);
  // Nothing but the notes tells of what is taken here; counted anew, it is seen to be gone.
  assert.equal(test.room.take(20), true);
  other.give(30);
  assert.equal(begun, 1);
});

const DIGEST: Digest = digestOf("bytes");
const BYTES = new TextEncoder().encode("bytes");

Deno.test("a copy of an object is kept once, read-only, found, and gone when it is discarded", async () => {
  await using test = await openRoom(100_000, []);
  const cache = new ObjectCache(test.directory, test.room);
  test.room.add(cache);

  await cache.keep(DIGEST, BYTES);
  await cache.keep(DIGEST, BYTES);

  assert.equal(
    await new Response(cache.open(DIGEST) as ReadableStream<Uint8Array<ArrayBuffer>>).text(),
    "bytes",
  );
  assert.deepEqual(cache.evictables().map(({ digest, bytes }) => [digest, bytes]), [[DIGEST, 4096]]);
  cache.discard(DIGEST);
  assert.equal(cache.open(DIGEST), undefined);
  assert.equal(test.room.usedBytes(), 10);
});

Deno.test("a stream of another length than was said, or one that breaks, leaves no copy and takes no room", async () => {
  await using test = await openRoom(100_000, []);
  const cache = new ObjectCache(test.directory, test.room);
  test.room.add(cache);
  const stream = (error?: Error) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(BYTES);
        if (error === undefined) controller.close();
      },
      pull: (controller) => controller.error(error),
    });

  assert.equal(await cache.keepStream(DIGEST, 4, () => Promise.resolve(stream())), false);
  assert.equal(await cache.keepStream(DIGEST, 6, () => Promise.resolve(stream())), false);
  await assert.rejects(
    cache.keepStream(DIGEST, 5, () => Promise.resolve(stream(new RangeError("broken")))),
    RangeError,
  );
  assert.equal(cache.has(DIGEST), false);
  assert.equal(test.room.usedBytes(), 10);
  assert.equal(await cache.keepStream(DIGEST, 5, () => Promise.resolve(stream())), true);
});

Deno.test("an object for which there is no room is not kept", async () => {
  await using test = await openRoom(4000, []);
  const cache = new ObjectCache(test.directory, test.room);
  test.room.add(cache);

  await cache.keep(DIGEST, BYTES);

  assert.equal(cache.has(DIGEST), false);
});
