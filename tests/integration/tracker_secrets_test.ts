// What logs in to trackers and what a run is given in secret is seen nowhere but where it is used.
import assert from "node:assert/strict";
import { EXIT } from "../../core/errors.ts";
import { mlflowVariable } from "../support/mlflow_subject.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { TestProject } from "../support/open_project.ts";
import { RecordingProxy } from "../support/recording_proxy.ts";
import { openTestMongo } from "../support/sacred_subject.ts";
import { TcpGate } from "../support/tcp_gate.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";

const TOKEN = "hunter2-of-the-run";
const MLFLOW_TOKEN = "token-of-mlflow-0123456789";

/** Says its secret wherever a program can say something, and all of its variables. */
const PROGRAM = `echo "token $TOKEN"; echo "$TOKEN" >&2; env; tr '\\0' '\\n' < /proc/self/environ >&2
echo "{\\"$TOKEN\\":1,\\"loss\\":0.5}" >> $AERO_METRICS
echo made > $AERO_OUTPUTS/model/m`;

const mlflow = await subjectOrSkip("mlflow3", () => Promise.resolve(mlflowVariable("AERO_TEST_MLFLOW3_URI")));
const mongo = await subjectOrSkip("mongo", openTestMongo);
Deno.test.afterAll(async () => {
  if ("subject" in mongo) await mongo.subject[Symbol.asyncDispose]();
});

Deno.test({
  name: "secrets of a run and what logs in to trackers are in no request, record, log or message",
  ignore: "skipped" in mlflow || "skipped" in mongo,
  // The driver of MongoDB keeps what it began.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    if ("skipped" in mlflow || "skipped" in mongo) return;
    const address = new URL(mongo.subject.uri);
    const password = decodeURIComponent(address.password);
    await using proxy = new RecordingProxy(mlflow.subject);
    await using gate = new TcpGate({ hostname: address.hostname, port: Number(address.port) });
    address.host = `127.0.0.1:${gate.port}`;
    await using wandb = new WandbServer();
    await using project = new TestProject({
      env: {
        TOKEN,
        MONGO_URI: address.href,
        MLFLOW_TRACKING_TOKEN: MLFLOW_TOKEN,
        WANDB_API_KEY: WANDB_KEY,
      },
    });
    project.commit({
      project: `secrets-${crypto.randomUUID()}`,
      trackers: [
        { use: "mlflow", uri: proxy.url },
        { use: "sacred", database: mongo.subject.database },
        { use: "wandb", base_url: wandb.address },
      ],
      environment: { use: "host", secrets: ["TOKEN"] },
      stages: { train: { command: ["sh", "-c", PROGRAM], outputs: ["model"] } },
    });
    const said: string[] = [];
    const type = async (...args: string[]) => {
      const { code, out, err } = await project.aero(args);
      said.push(out(), err());
      return { code, err: err() };
    };

    const sent = await type("--verbose", "run");
    await proxy.away();
    await gate.shut();
    wandb.down = true;
    const away = await type("--verbose", "run", "--force");
    for (
      const args of [["show", "@last"], ["--json", "show", "@last"], ["logs", "@last"], ["tracker", "list"]]
    ) {
      await type(...args);
    }
    await type("config", "show", "--origin");
    proxy.back();
    gate.reopen();
    wandb.down = false;
    const synced = await type("--verbose", "sync");

    assert.deepEqual(
      [sent.code, away.code, synced.code],
      [EXIT.ok, EXIT.lagging, EXIT.ok],
      sent.err + away.err + synced.err,
    );
    const requests: Record<string, string> = {
      MLflow: proxy.sent,
      MongoDB: gate.sent,
      "W&B": wandb.transcript,
    };
    for (const [secret, value] of Object.entries({ TOKEN, MLFLOW_TOKEN, password, WANDB_KEY })) {
      await t.step(`${secret} is nowhere`, async () => {
        for (const [name, text] of Object.entries(requests)) {
          assert.match(text, /\[secret TOKEN\]/, `${name} was sent what the program said`);
          assert.ok(!text.includes(value), `a request to ${name}`);
          assert.ok(!text.includes(btoa(value)), `a request to ${name}`);
        }
        assert.ok(!said.join("").includes(value), "what aero said");
        assert.deepEqual(await filesWith(value, project.git.beside(".")), []);
      });
    }
  },
});

async function filesWith(text: string, root: string): Promise<string[]> {
  const { code, stdout } = await new Deno.Command("grep", { args: ["-rlaF", text, root] }).output();
  assert.ok(code === 0 || code === 1);
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}
