import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const SECRET = "hunter2-hunter2";
const ENVIRONMENT = { use: "host", secrets: ["TOKEN"] };

async function recordOf(command: string, stage: Readonly<Record<string, unknown>> = {}) {
  await using test = new TestProject({ env: { TOKEN: SECRET } });
  test.commit({ environment: ENVIRONMENT, stages: { train: { command: ["sh", "train.sh"], ...stage } } }, {
    "train.sh": command,
  });
  const { err } = await test.aero(["run"]);
  return { record: await test.record(), err: err() };
}

Deno.test("a secret in the name of a metric is in no record and no warning", async () => {
  const { record, err } = await recordOf(
    `aero log "loss $TOKEN=1"; echo "{\\"$TOKEN\\":\\"x\\"}" >> "$AERO_METRICS"; echo "{\\"$TOKEN\\":2}" > m.json\n`,
    { metrics: "m.json" },
  );

  assert.deepEqual(record.metrics, { "loss [secret TOKEN]": 1, "[secret TOKEN]": 2 });
  assert.match(err, /is left out/);
  assert.ok(!err.includes(SECRET));
});

Deno.test("a secret in the reason why a run failed is not recorded", async () => {
  const { record } = await recordOf('printf %s "$TOKEN" > m.json\n', { metrics: "m.json" });

  assert.equal(record.state, "failed");
  assert.match(record.reason!, /\[secret TOKEN\]/);
});
