import assert from "node:assert/strict";
import { WANDB_KEY, WandbServer } from "./server.ts";

const LOGIN = { authorization: `Basic ${btoa(`api:${WANDB_KEY}`)}` };
const JSON_TYPE = { "content-type": "application/json" };

async function post(
  server: WandbServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = { ...LOGIN, ...JSON_TYPE },
) {
  const reply = await fetch(server.address + path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: reply.status, said: await reply.text() };
}

/** A server with the run lab/p/r. */
async function withRun(server: WandbServer): Promise<void> {
  const query = `mutation ($name: String, $project: String, $config: JSONString) {
    upsertBucket(input: { name: $name, modelName: $project, config: $config }) { inserted } }`;
  const { status } = await post(server, "/graphql", { query, variables: { name: "r", project: "p" } });
  assert.equal(status, 200);
}

const row = (step: unknown) => JSON.stringify({ _step: step, _timestamp: 1_800_000_000, loss: 1 });
const history = (offset: number, ...steps: unknown[]) => ({
  files: { "wandb-history.jsonl": { offset, content: steps.map(row) } },
});

Deno.test("the W&B test server takes what continues a run's stream, and refuses what does not", async () => {
  await using server = new WandbServer();
  await withRun(server);
  const stream = (body: unknown, headers?: Record<string, string>) =>
    post(server, "/files/lab/p/r/file_stream", body, headers).then(({ status }) => status);

  assert.equal(await stream(history(0, 0, 5)), 200);
  assert.equal(await stream(history(1, 5, 6)), 200);
  assert.equal(await stream({}), 200);
  for (
    const wrong of [
      history(9, 10),
      history(3, 6),
      history(3, 7, 7),
      history(3, 1.5),
      history(3, null),
      history(-1, 0),
      { files: { "history.jsonl": { offset: 0, content: [] } } },
      { files: { "wandb-history.jsonl": { offset: 3, content: [row(7)], more: 1 } } },
      { files: { "output.log": { offset: 0, content: ["no time"] } } },
      { files: { "output.log": { offset: 1, content: ["2025-11-24T16:00:12.500000 gap"] } } },
      { files: { "wandb-summary.json": { offset: 1, content: ["{}"] } } },
      { files: { "wandb-summary.json": { offset: 0, content: ["[]"] } } },
      { uploaded: ["never-put.txt"] },
      { complete: true },
      { exitcode: 0 },
      { hello: 1 },
    ]
  ) assert.equal(await stream(wrong), 400, JSON.stringify(wrong));
  assert.equal(await stream({}, JSON_TYPE), 401);
  assert.equal(await stream({}, { ...LOGIN, "content-type": "text/plain" }), 400);
  assert.equal((await post(server, "/files/lab/p/other/file_stream", {})).status, 404);
  assert.equal(server.world.needRun("lab", "p", "r").history.length, 3);
});

Deno.test("what is sent behind the end makes a run go on, as W&B has it", async () => {
  await using server = new WandbServer();
  await withRun(server);
  const state = () => server.world.needRun("lab", "p", "r").state;

  await post(server, "/files/lab/p/r/file_stream", { complete: true, exitcode: 0 });
  assert.equal(state(), "finished");
  await post(server, "/files/lab/p/r/file_stream", {});
  assert.equal(state(), "running");
});

Deno.test("the W&B test server refuses fields and arguments that W&B has not, and variables of another type", async () => {
  await using server = new WandbServer();
  await withRun(server);
  for (
    const [query, variables] of [
      ["{ viewer { shoe } }", {}],
      ["{ __schema { types { name } } }", {}],
      ["query ($n: Int) { project(name: $n) { name } }", { n: 1 }],
      ["query ($n: String) { project(name: $n) { name } }", { n: "p", undeclared: 1 }],
      ['mutation ($c: JSONString) { upsertBucket(input: { name: "x", config: $c }) { inserted } }', {
        c: "{",
      }],
      ['mutation ($c: JSONString) { upsertBucket(input: { name: "x", config: $c }) { inserted } }', {
        c: '{"a":1}',
      }],
      ['mutation { upsertBucket(input: { name: "a/b" }) { inserted } }', {}],
    ] as const
  ) {
    const { status, said } = await post(server, "/graphql", { query, variables });
    assert.ok(status === 400 || said.includes('"errors"'), `${query}: ${status} ${said}`);
  }
  const viewer = await post(server, "/graphql", { query: "{ viewer { entity } }" }, JSON_TYPE);
  assert.deepEqual([viewer.status, JSON.parse(viewer.said).data.viewer], [200, null]);
});

Deno.test("signed addresses of the W&B test server take no login, and bytes with the signed headers only", async () => {
  await using server = new WandbServer();
  await withRun(server);
  const query =
    `mutation { createRunFiles(input: { entityName: "lab", projectName: "p", runName: "r", files: ["a"] }) {
    uploadHeaders files { uploadUrl } } }`;
  const { said } = await post(server, "/graphql", { query });
  const url = JSON.parse(said).data.createRunFiles.files[0].uploadUrl;
  const put = async (headers: Record<string, string>) => {
    const reply = await fetch(url, { method: "PUT", headers, body: new Uint8Array([1]) });
    await reply.body?.cancel();
    return reply.status;
  };

  assert.equal(await put({ ...LOGIN, "x-signed": "yes" }), 400);
  assert.equal(await put({}), 400);
  assert.equal(await put({ "x-signed": "yes" }), 200);
});
