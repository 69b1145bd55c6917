import assert from "node:assert/strict";
import { bytesBody, isStorageError, parseStorageKey, type Storage } from "../../core/plugin/storage.ts";
import { s3Storage } from "../../plugins/storages/s3/mod.ts";
import { fault, type PlainS3, type PlainS3Options, startPlainS3 } from "../support/plain_s3.ts";
import { propertyRun } from "../support/property_seed.ts";
import { s3Context } from "../support/s3_subject.ts";
import { seededRandom } from "../support/seeded_random.ts";

const KEY = parseStorageKey("artifacts/p/a/v1.json");
const NAME = `bucket/${KEY}`;
const { seed, numRuns } = propertyRun(4);

/** A server, and storages in its bucket as processes of their own have them. */
async function scene(options: Omit<PlainS3Options, "conditions">, writers: number) {
  const server = startPlainS3({ conditions: "501", ...options });
  const service = {
    endpoint: server.endpoint,
    region: "r",
    accessKey: "k".repeat(20),
    secret: "s".repeat(40),
  };
  const config = { endpoint: service.endpoint, region: "r", bucket: "bucket" };
  const storages: Storage[] = [];
  for (let i = 0; i < writers; i++) storages.push(await s3Storage.open(config, s3Context(service)));
  return {
    server,
    storages,
    async [Symbol.asyncDispose]() {
      for (const storage of storages) await storage[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function labelPuts({ requests }: PlainS3): number {
  return requests.filter((request) => request.startsWith(`PUT ${NAME}`)).length;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((go) => setTimeout(go, 5));
}

Deno.test("while a put that was given up may still be carried out, no other writer puts", async () => {
  const random = seededRandom(seed);
  for (let run = 0; run < numRuns; run++) {
    const lateMs = 300 + random() * 300;
    const delay = (method: string, key: string) => method === "PUT" && key === NAME ? lateMs : random() * 4;
    await using test = await scene({ delay }, 2);
    const [first, second] = test.storages as [Storage, Storage];
    const giveUp = new AbortController();
    const slow = first.put(KEY, bytesBody(new Uint8Array([1])), { ifAbsent: true, signal: giveUp.signal });
    await until(() => labelPuts(test.server) === 1);
    giveUp.abort(new DOMException("given up", "AbortError"));
    await assert.rejects(slow, { message: "given up" });

    const other = second.put(KEY, bytesBody(new Uint8Array([2])), { ifAbsent: true });
    const told = other.then(() => "stored", (error) => isStorageError(error, "exists") ? "exists" : "failed");
    await until(() => test.server.objects.get(NAME) !== undefined);

    assert.equal(await told, "exists", `seed ${seed}, run ${run}`);
    assert.deepEqual([...test.server.objects.get(NAME)!], [1], `seed ${seed}, run ${run}`);
    assert.equal(labelPuts(test.server), 1, `seed ${seed}, run ${run}: the other one put too`);
  }
});

Deno.test("a put that the service did not answer is done again under the same claim, and one writer wins", async () => {
  let faults = 2;
  const instead = (request: Request, key: string) =>
    request.method === "PUT" && key === NAME && faults-- > 0 ? fault(503, "SlowDown") : undefined;
  await using test = await scene({ instead }, 5);

  const outcomes = await Promise.allSettled(
    test.storages.map((storage, i) => storage.put(KEY, bytesBody(new Uint8Array([i])), { ifAbsent: true })),
  );

  const winners = outcomes.flatMap(({ status }, i) => status === "fulfilled" ? [i] : []);
  assert.equal(winners.length, 1);
  assert.deepEqual([...test.server.objects.get(NAME)!], winners);
  assert.equal(labelPuts(test.server), 3);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      assert.ok(isStorageError(outcome.reason, "exists"), String(outcome.reason));
    }
  }
});

Deno.test("a claim is removed when the service has refused what it was for", async () => {
  const instead = (request: Request, key: string) =>
    request.method === "PUT" && key === NAME ? fault(403, "AccessDenied") : undefined;
  await using test = await scene({ instead }, 1);

  await assert.rejects(
    test.storages[0]!.put(KEY, bytesBody(new Uint8Array([1])), { ifAbsent: true }),
    (error) => isStorageError(error, "denied"),
  );

  assert.equal(labelPuts(test.server), 1);
  assert.deepEqual([...test.server.objects.keys()].filter((name) => name.includes("/claims/")), []);
});
