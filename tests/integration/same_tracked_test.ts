import assert from "node:assert/strict";
import { fixtureProject } from "../support/fixture_project.ts";
import { mlflowVariable } from "../support/mlflow_subject.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { homeVariables } from "../support/open_project.ts";
import { BASE_IMAGE, podmanOrSkip } from "../support/podman.ts";
import { openTestMongo } from "../support/sacred_subject.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";

const COUNTS = new URL("../../fixtures/data/bikes/hourly_counts.csv", import.meta.url).pathname;

const podmanHere = await podmanOrSkip();
const mlflow2 = await subjectOrSkip("mlflow2", () => variable("AERO_TEST_MLFLOW2_URI"));
const mlflow3 = await subjectOrSkip("mlflow3", () => variable("AERO_TEST_MLFLOW3_URI"));
const mongo = await subjectOrSkip("mongo", openTestMongo);
Deno.test.afterAll(async () => {
  if ("subject" in mongo) await mongo.subject[Symbol.asyncDispose]();
});

function variable(name: string): Promise<string> {
  return Promise.resolve().then(() => mlflowVariable(name));
}

Deno.test({
  name:
    "one commit gives the same versions and digests whichever tracker its runs are sent to, and each shows them all",
  ignore: podmanHere === undefined || [mlflow2, mlflow3, mongo].some((subject) => "skipped" in subject),
  // The driver of MongoDB keeps what it began.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    if ("skipped" in mlflow2 || "skipped" in mlflow3 || "skipped" in mongo) return;
    await using wandb = new WandbServer();
    await using test = fixtureProject("bikes", `image: ${BASE_IMAGE}`);
    const variables = { MONGO_URI: mongo.subject.uri, WANDB_API_KEY: WANDB_KEY };
    const experiment = `bikes-${crypto.randomUUID()}`;
    const results = async (home: string, tracker: Readonly<Record<string, string>> | undefined) => {
      const env = { ...homeVariables((name) => test.git.beside(`${home}/${name}`)), ...variables };
      const config = test.git.beside(`${home}/config/aero`);
      Deno.mkdirSync(config, { recursive: true });
      const trackers = tracker === undefined ? [] : [{ name: "lab", ...tracker }];
      Deno.writeTextFileSync(`${config}/config.yaml`, JSON.stringify({ trackers }));
      const aero = async (...args: string[]) => {
        const { code, out, err } = await test.aero(["--json", ...args], { cwd: test.root, env });
        assert.equal(code, 0, `aero ${args.join(" ")} with ${home}\n${err()}`);
        return out().trim().split("\n").map((line) => JSON.parse(line));
      };
      await aero("build");
      if (tracker === undefined) test.git.commit();
      await aero("data", "add", COUNTS, "--name", "hourly_counts");
      const made = [], runs: string[] = [];
      for (const { run } of await aero("run")) {
        const [{ record }] = await aero("show", run);
        made.push({ stage: record.stage, version: record.version, outputs: record.outputs });
        runs.push(run);
      }
      if (tracker !== undefined) {
        const shown = await aero("list", "--from", "lab");
        const sent = shown.filter(({ aero }) => runs.includes(aero?.run));
        assert.deepEqual(
          sent.map(({ aero }) => aero.version).sort(),
          made.map(({ version }) => version).sort(),
          home,
        );
      }
      return made;
    };

    const there = await results("none", undefined);
    assert.equal(there.length, 4);
    const trackers = {
      mlflow2: { use: "mlflow", uri: mlflow2.subject, experiment },
      mlflow3: { use: "mlflow", uri: mlflow3.subject, experiment },
      sacred: { use: "sacred", database: mongo.subject.database },
      wandb: { use: "wandb", base_url: wandb.address },
    };
    for (const [name, tracker] of Object.entries(trackers)) {
      assert.deepEqual(await results(name, tracker), there, name);
    }
  },
});
