import assert from "node:assert/strict";
import { logBatch, type Logged } from "./log_batch.ts";
import type { MlflowClient } from "./mlflow_client.ts";

async function bodiesOf(logged: Logged): Promise<Logged[]> {
  const bodies: Logged[] = [];
  const client = {
    call({ body }: { body: unknown }) {
      bodies.push(JSON.parse(JSON.stringify(body)));
      return Promise.resolve({});
    },
  };
  await logBatch(client as unknown as MlflowClient, "r", logged, "Cannot test");
  return bodies;
}

const points = (count: number, key = "loss") =>
  Array.from({ length: count }, (_, step) => ({ key, value: step, timestamp: step, step }));
const tag = (i: number, value = "x") => ({ key: `tag${i}`, value });

Deno.test("a request has no more than the server takes, and the tags come last", async () => {
  const params = Array.from({ length: 250 }, (_, i) => ({ key: `p${i}`, value: "1" }));
  const tags = Array.from({ length: 150 }, (_, i) => tag(i));
  const bodies = await bodiesOf({ params, metrics: points(2100), tags });

  const counts = bodies.map((
    { params = [], metrics = [], tags = [] },
  ) => [params.length, metrics.length, tags.length]);
  assert.deepEqual(counts, [[100, 0, 0], [100, 0, 0], [50, 0, 0], [0, 1000, 0], [0, 1000, 0], [0, 100, 100], [
    0,
    0,
    50,
  ]]);
});

Deno.test("tags do not join a request that they would make too full", async () => {
  const bodies = await bodiesOf({ metrics: points(1000), tags: [tag(1)] });

  assert.deepEqual(bodies.map(({ metrics, tags }) => [metrics?.length, tags?.length]), [[1000, undefined], [
    undefined,
    1,
  ]]);
});

Deno.test("no request has a megabyte", async () => {
  const tags = Array.from({ length: 100 }, (_, i) => tag(i, "é".repeat(5000)));
  const bodies = await bodiesOf({ metrics: points(1000, "µ".repeat(250)), tags });

  for (const body of bodies) {
    assert.ok(
      new TextEncoder().encode(JSON.stringify({ run_id: "r".repeat(32), ...body })).length < 1_000_000,
    );
  }
  assert.equal(bodies.flatMap(({ tags = [] }) => tags).length, 100);
});

Deno.test("nothing is no request", async () => {
  assert.deepEqual(await bodiesOf({ metrics: [] }), []);
});
