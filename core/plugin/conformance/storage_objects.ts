import { bytesBody } from "../storage.ts";
import { must } from "./case.ts";
import { mustBeAbsent, mustEqual, mustHold, readBytes, sampleBytes } from "./storage_bytes.ts";
import { mustRejectWith, storageClause } from "./storage_subject.ts";

/** Clauses on what is stored and read when nothing goes wrong, and on what is not there. */
export const objectClauses = [
  ...[
    ["no bytes", 0],
    ["1 byte", 1],
    ["5 MiB less 1 byte", 5 * 1024 * 1024 - 1],
    ["5 MiB", 5 * 1024 * 1024],
    // 5 MiB is the least part size of object services, where one request becomes several.
    ["5 MiB and 1 byte", 5 * 1024 * 1024 + 1],
    ["17 MiB", 17 * 1024 * 1024],
  ].map(([words, size]) =>
    storageClause(`an object of ${words} comes back as it was stored`, async ({ storage, key }) => {
      const bytes = sampleBytes(Number(size));
      await storage.put(key("object"), bytesBody(bytes));
      await mustHold(storage, key("object"), bytes, "after put()");
    })
  ),

  storageClause("put() replaces an object by a shorter one", async ({ storage, key }) => {
    await storage.put(key("object"), bytesBody(sampleBytes(1000, 1)));
    await storage.put(key("object"), bytesBody(sampleBytes(10, 2)));
    await mustHold(storage, key("object"), sampleBytes(10, 2), "after the second put()");
  }),

  storageClause("put() takes the bytes of a body's file", async ({ storage, key }) => {
    const path = await Deno.makeTempFile();
    try {
      const bytes = sampleBytes(300_000);
      await Deno.writeFile(path, bytes);
      await storage.put(key("object"), { ...bytesBody(bytes), path });
      await mustHold(storage, key("object"), bytes, "after put() of a file");
      must((await Deno.stat(path)).size === bytes.length, "the file must be left as it was");
    } finally {
      await Deno.remove(path);
    }
  }),

  storageClause(
    "put() takes over a file in the staging directory",
    async ({ storage, key }) => {
      const path = `${storage.capabilities.stagingDirectory}/${crypto.randomUUID()}`;
      const bytes = sampleBytes(300_000);
      await Deno.writeFile(path, bytes);
      await storage.put(key("object"), { ...bytesBody(bytes), path }, { ifAbsent: true });
      await mustHold(storage, key("object"), bytes, "after put() of a staged file");
      const left = await Deno.stat(path).catch(() => undefined);
      must(left === undefined, "the staged file must be gone after put()");
    },
    ({ storage }) =>
      storage.capabilities.stagingDirectory === undefined ? "has no staging directory" : undefined,
  ),

  storageClause(
    "a range gives its bytes, at the start, in the middle and at the end",
    async ({ storage, key }) => {
      const bytes = sampleBytes(300_000);
      await storage.put(key("object"), bytesBody(bytes));
      for (
        const [offset, length] of [[0, 1], [0, 300_000], [1, 299_998], [262_143, 2], [299_999, 1]] as const
      ) {
        const read = await readBytes(await storage.get(key("object"), { range: { offset, length } }));
        mustEqual(read, bytes.subarray(offset, offset + length), `of ${length} bytes from ${offset}`);
      }
    },
  ),

  storageClause(
    "a range without a length, or that only ends past the object, goes to its end",
    async (scope) => {
      const { storage, key } = scope;
      const bytes = sampleBytes(1000);
      await storage.put(key("object"), bytesBody(bytes));
      for (const range of [{ offset: 990 }, { offset: 990, length: 10_000 }]) {
        const read = await readBytes(await storage.get(key("object"), { range }));
        mustEqual(read, bytes.subarray(990), "of the last 10 bytes");
      }
    },
  ),

  storageClause("a range that starts at or past the end, or is empty, is invalid_range", async (scope) => {
    const { storage, key } = scope;
    await storage.put(key("object"), bytesBody(sampleBytes(1000)));
    await storage.put(key("empty"), bytesBody(sampleBytes(0)));
    const faults = [{ offset: 1000 }, { offset: 5000, length: 5 }, { offset: 3, length: 0 }];
    for (const range of faults) {
      const name = `get() with ${JSON.stringify(range)} of 1000 bytes`;
      await mustRejectWith("invalid_range", async () => {
        await readBytes(await storage.get(key("object"), { range }));
      }, name);
    }
    await mustRejectWith("invalid_range", async () => {
      await readBytes(await storage.get(key("empty"), { range: { offset: 0 } }));
    }, "get() with a range of an empty object");
  }),

  storageClause("stat() tells a time near that of the put", async ({ storage, key }) => {
    await storage.put(key("object"), bytesBody(sampleBytes(1)));
    const at = (await storage.stat(key("object")))?.modifiedAt ?? NaN;
    // The service's clock may differ; what is meant is that the unit is right.
    must(Math.abs(at - Date.now()) < 24 * 3600 * 1000, `modifiedAt must be within a day of now, not ${at}`);
  }),

  storageClause("an absent key is not_found to get()", async ({ storage, key }) => {
    await mustRejectWith("not_found", async () => {
      await readBytes(await storage.get(key("absent")));
    }, "get() of an absent key");
    await mustRejectWith("not_found", async () => {
      await readBytes(await storage.get(key("absent"), { range: { offset: 0, length: 1 } }));
    }, "get() of a range of an absent key");
  }),

  storageClause("an absent key is undefined to stat()", async ({ storage, key }) => {
    must(await storage.stat(key("absent")) === undefined, "stat() of an absent key must give undefined");
  }),

  storageClause("a key beside or below an object's is absent", async ({ storage, key }) => {
    await storage.put(key("folder/object"), bytesBody(sampleBytes(5)));
    for (const name of ["folder", "folder/obj", "folder/object2", "folder/object/below"]) {
      must(await storage.stat(key(name)) === undefined, `stat() of ${name} must give undefined`);
      await mustRejectWith("not_found", async () => {
        await readBytes(await storage.get(key(name)));
      }, `get() of ${name}`);
      await storage.delete(key(name));
    }
    await mustHold(storage, key("folder/object"), sampleBytes(5), "after deletes beside it");
  }),

  storageClause("delete() removes an object, and succeeds if there is none", async ({ storage, key }) => {
    await storage.put(key("object"), bytesBody(sampleBytes(5)));
    await mustHold(storage, key("object"), sampleBytes(5), "before delete()");
    await storage.delete(key("object"));
    await mustBeAbsent(storage, key("object"), "after delete()");
    for (const name of ["object", "never"]) {
      const succeeds = await storage.delete(key(name)).then(() => true, () => false);
      must(succeeds, "delete() of an absent key must succeed");
    }
  }),

  storageClause("a second opening reads and lists what the first has just written", async (scope) => {
    const { storage, key, folder, reopen } = scope;
    await using other = await reopen!();
    for (let round = 0; round < 10; round++) {
      const name = key(`object-${round}`);
      await storage.put(name, bytesBody(sampleBytes(100, round)));
      await mustHold(other, name, sampleBytes(100, round), "at once after put(), elsewhere");
      const keys = await Array.fromAsync(other.list(folder), (object) => object.key);
      must(keys.includes(name), "list() elsewhere must give the key at once after put()");
      await storage.delete(name);
      await mustBeAbsent(other, name, "at once after delete(), elsewhere");
    }
  }, ({ reopen }) => reopen === undefined ? "cannot be opened twice" : undefined),
];
