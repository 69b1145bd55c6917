import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CountingStorage } from "../../tests/support/counting_storage.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import type { Digest } from "../model/digest.ts";
import { bytesBody, isStorageError, type Storage, type StorageKey } from "../plugin/storage.ts";
import type { FileToWrite } from "./extract_messages.ts";
import { PieceWriter } from "./extract_piece_writer.ts";
import { extractRanges, RANGED_FROM_BYTES } from "./extract_ranges.ts";

const KEY = "object" as StorageKey;
const SIZE = RANGED_FROM_BYTES + 5;
const BYTES = new Uint8Array(SIZE);
for (let at = 0; at < SIZE; at += 997) BYTES[at] = at % 251;
const DIGEST = `sha256:${createHash("sha256").update(BYTES).digest("hex")}` as Digest;

/** Writes the object of a storage into a file of its own, by three requests at once. */
async function extracted(
  storage: Storage,
  writer: PieceWriter,
  directory: string,
  expected: Partial<FileToWrite> = {},
): Promise<string> {
  const path = `${directory}/${crypto.randomUUID()}`;
  const file: FileToWrite = { digest: DIGEST, size: SIZE, path, executable: false, ...expected };
  let told = 0;
  await extractRanges(storage, KEY, file, writer, { requests: 3, onBytes: (bytes) => told += bytes });
  assert.equal(told, file.size);
  return path;
}

async function scene(bytes: Uint8Array = BYTES) {
  const directory = await Deno.makeTempDir();
  const storage = openMemoryStorage();
  await storage.put(KEY, bytesBody(bytes));
  const writer = new PieceWriter();
  return {
    directory,
    storage,
    writer,
    left: () => [...Deno.readDirSync(directory)].map(({ name }) => name),
    async [Symbol.asyncDispose]() {
      writer[Symbol.dispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

Deno.test("a large object is written by several requests, each of its own part, and is read-only", async () => {
  await using test = await scene();
  const counting = new CountingStorage(test.storage);

  const path = await extracted(counting, test.writer, test.directory);

  assert.equal(counting.requests.length, 3);
  assert.ok(sameBytes(Deno.readFileSync(path), BYTES));
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o444);
});

Deno.test("parts that come in the opposite order make the same file", async () => {
  await using test = await scene();
  const order: number[] = [];
  const { storage } = test;
  // Each part waits until that behind it has come.
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const backwards = new Proxy(storage, {
    get(target, name) {
      if (name !== "get") return Reflect.get(target, name);
      return async (key: StorageKey, options: { range: { offset: number; length: number } }) => {
        const at = Math.floor(options.range.offset / (16 * 1024 * 1024));
        await gates[at + 1]?.promise;
        const inner = await target.get(key, options);
        return inner.pipeThrough(
          new TransformStream({
            flush() {
              order.push(at);
              gates[at]!.resolve();
            },
          }),
        );
      };
    },
  });

  const path = await extracted(backwards, test.writer, test.directory);

  assert.deepEqual(order, [2, 1, 0]);
  assert.ok(sameBytes(Deno.readFileSync(path), BYTES));
});

Deno.test("a part whose stream breaks is gone on with from where it broke", async () => {
  await using test = await scene();
  const faulty = new FaultyStorage(test.storage, [
    { on: "get", nth: [1, 4], with: "unavailable", afterBytes: 300_000 },
  ]);

  const path = await extracted(faulty, test.writer, test.directory);

  assert.equal(faulty.calls.get, 5);
  assert.ok(sameBytes(Deno.readFileSync(path), BYTES));
});

Deno.test("what fails leaves no file, and the writer is good for the next one", async () => {
  await using test = await scene();
  const { storage, writer, directory } = test;
  const denied = new FaultyStorage(storage, [{ on: "get", nth: 2, with: "denied" }]);

  await assert.rejects(extracted(denied, writer, directory), (error) => isStorageError(error, "denied"));
  assert.deepEqual(test.left(), []);
  await assert.rejects(
    extracted(storage, writer, directory, { digest: `sha256:${"0".repeat(64)}` as Digest }),
    { code: "object_corrupt" },
  );
  assert.deepEqual(test.left(), []);
  await assert.rejects(extracted(storage, writer, directory, { path: `${directory}/no/where` }), {
    code: "write_failed",
  });

  assert.ok(sameBytes(Deno.readFileSync(await extracted(storage, writer, directory)), BYTES));
});

Deno.test("an object that is shorter than was said is told of as corrupt", async () => {
  await using test = await scene(BYTES.subarray(0, SIZE - 3));

  await assert.rejects(extracted(test.storage, test.writer, test.directory), { code: "object_corrupt" });

  assert.deepEqual(test.left(), []);
});

Deno.test("an abort midway ends it with its reason, and leaves no file", async () => {
  await using test = await scene();
  const path = `${test.directory}/file`;
  const abort = new AbortController();
  const file = { digest: DIGEST, size: SIZE, path, executable: false };

  const extraction = extractRanges(test.storage, KEY, file, test.writer, {
    signal: abort.signal,
    requests: 1,
    onBytes: () => abort.abort(new DOMException("enough", "AbortError")),
  });

  await assert.rejects(extraction, { name: "AbortError", message: "enough" });
  assert.deepEqual(test.left(), []);
});

Deno.test("large files of a store are had by ranges, checked, and a wrong byte in one is found", async () => {
  const requests: string[] = [];
  await using test = await openMemoryStore((storage) => new CountingStorage(storage, requests));
  Deno.writeFileSync(`${test.directory}/large`, BYTES);
  const [stored] = await test.store.putFiles([`${test.directory}/large`]);
  const file = { ...stored!, path: `${test.directory}/got`, executable: true };
  requests.length = 0;

  await test.store.getFiles([file]);

  assert.equal(requests.filter((request) => request.startsWith("get objects/")).length, 3);
  assert.ok(sameBytes(Deno.readFileSync(file.path), BYTES));
  const key = [...test.objects.keys()].find((one) => one.startsWith("objects/"))!;
  const wrong = test.objects.get(key)!.bytes.slice();
  wrong[SIZE - 1]! ^= 1;
  test.objects.set(key, { bytes: wrong, modifiedAt: 0 });
  await assert.rejects(test.store.getFiles([{ ...file, path: `${test.directory}/again` }]), {
    code: "object_corrupt",
  });
  assert.throws(() => Deno.statSync(`${test.directory}/again`), Deno.errors.NotFound);
});

/** Whether two arrays hold the same bytes; quicker than a deep comparison of millions. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
