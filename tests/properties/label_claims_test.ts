import assert from "node:assert/strict";
import { bytesBody, isStorageError, parseStorageKey } from "../../core/plugin/storage.ts";
import { s3Storage } from "../../plugins/storages/s3/mod.ts";
import { startPlainS3 } from "../support/plain_s3.ts";
import { propertyRun } from "../support/property_seed.ts";
import { s3Context } from "../support/s3_subject.ts";
import { seededRandom } from "../support/seeded_random.ts";

const WRITERS = 20;
const { seed, numRuns } = propertyRun(4);

for (const conditions of ["passed over", "501"] as const) {
  Deno.test(`where conditions of puts are ${conditions}, of 20 writers one gets the label`, async () => {
    const random = seededRandom(seed);
    for (let run = 0; run < numRuns; run++) {
      // Writers come one after another while claims and the label are on their way, which takes long.
      const delay = (method: string) => random() * (method === "PUT" ? 30 : 4);
      await using server = startPlainS3({ conditions, delay });
      const service = {
        endpoint: server.endpoint,
        region: "r",
        accessKey: "k".repeat(20),
        secret: "s".repeat(40),
      };
      // Each as a process of its own: they share nothing but the bucket.
      const storages = await Promise.all(
        Array.from(
          { length: WRITERS },
          () =>
            s3Storage.open({ endpoint: service.endpoint, region: "r", bucket: "bucket" }, s3Context(service)),
        ),
      );
      const key = parseStorageKey("artifacts/p/a/v1.json");
      const outcomes = await Promise.allSettled(
        storages.map(async (storage, i) => {
          await new Promise((go) => setTimeout(go, random() * 100));
          await storage.put(key, bytesBody(new Uint8Array([i])), { ifAbsent: true });
        }),
      );
      for (const storage of storages) await storage[Symbol.asyncDispose]();

      const winners = outcomes.flatMap(({ status }, i) => status === "fulfilled" ? [i] : []);
      assert.equal(
        winners.length,
        1,
        `seed ${seed}, run ${run}: writers ${winners.join(", ")} were told of success`,
      );
      assert.deepEqual([...server.objects.get(`bucket/${key}`)!], winners, `seed ${seed}, run ${run}`);
      const puts = server.requests.filter((request) => request.startsWith(`PUT bucket/${key}`));
      assert.equal(puts.length, 1, `seed ${seed}, run ${run}: the label was written ${puts.length} times`);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") {
          assert.ok(isStorageError(outcome.reason, "exists"), String(outcome.reason));
        }
      }
      const left = [...server.objects.keys()].filter((name) => name.includes("/claims/"));
      assert.deepEqual(left, [], "claims were left");
    }
  });
}

Deno.test("a claim of a writer that died holds nobody up once it is old", async () => {
  await using server = startPlainS3({ conditions: "501" });
  const service = {
    endpoint: server.endpoint,
    region: "r",
    accessKey: "k".repeat(20),
    secret: "s".repeat(40),
  };
  await using storage = await s3Storage.open(
    { endpoint: service.endpoint, region: "r", bucket: "bucket" },
    s3Context(service),
  );
  const key = parseStorageKey("artifacts/p/a/v1.json");
  await storage.put(key, bytesBody(new Uint8Array([1])), { ifAbsent: true });
  const [claim] = server.requests.flatMap((request) =>
    /^PUT (bucket\/\.aero-s3\/claims\/.*)$/.exec(request)?.[1] ?? []
  );
  await storage.delete(key);
  server.leave(claim!.replace(/[^/]+$/, "0-dead"), Date.now() - 121_000);

  await storage.put(key, bytesBody(new Uint8Array([2])), { ifAbsent: true });

  assert.deepEqual([...server.objects.get(`bucket/${key}`)!], [2]);
  assert.deepEqual([...server.objects.keys()].filter((name) => name.includes("/claims/")), []);
});
