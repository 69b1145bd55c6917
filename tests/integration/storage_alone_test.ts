import assert from "node:assert/strict";
import type { RunRecord } from "../../core/model/run.ts";
import { fixtureProject } from "../support/fixture_project.ts";
import { homeVariables, makeWritable } from "../support/open_project.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();
const COUNTS = new URL("../../fixtures/data/bikes/hourly_counts.csv", import.meta.url).pathname;

Deno.test({
  name: "reproducible runs are run again from storage alone: no image, cache, project or clone is left",
  ignore: podmanHere === undefined,
  async fn() {
    // An image like no other, so that removing it takes it from no other test.
    await using test = fixtureProject("bikes", "build: { dockerfile: Dockerfile }", {
      "Dockerfile": `FROM ${BASE_IMAGE}\nRUN echo ${crypto.randomUUID()} > /etc/unlike-any-other\n`,
    });
    const elsewhere = test.git.beside("elsewhere");
    const aero = async (args: readonly string[], cwd: string) => {
      const { code, out, err } = await test.aero(["--json", ...args], { cwd });
      assert.equal(code, 0, `aero ${args.join(" ")}\n${err()}`);
      return out().trim().split("\n").map((line) => JSON.parse(line));
    };
    const digestsOf = async (run: string, cwd: string): Promise<Record<string, string>> => {
      const [{ record }] = await aero(["show", run], cwd);
      const outputs = record.outputs as RunRecord["outputs"];
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { manifest }]) => [name, manifest.digest]),
      );
    };
    const [{ image }] = await aero(["build"], test.root);
    try {
      test.git.commit();
      await aero(["data", "add", COUNTS, "--name", "hourly_counts"], test.root);
      const runs = await aero(["run"], test.root);
      assert.deepEqual(
        runs.map(({ stage, grade }) => `${stage} ${grade}`),
        ["ingest", "clean", "train", "evaluate"].map((stage) => `${stage} reproducible`),
      );
      const train = runs[2].run;
      const before = await digestsOf(train, test.root);
      assert.deepEqual(Object.keys(before).sort(), ["model", "report"]);

      await podman("image", "rm", image.replace("sha256:", ""));
      makeWritable(test.git.beside("."));
      for (const gone of ["project", "cache", "state"]) {
        await Deno.remove(test.git.beside(gone), { recursive: true }).catch((error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      }
      await Deno.mkdir(elsewhere);
      const [again] = await aero(["rerun", train], elsewhere);

      assert.deepEqual([again.state, again.grade], ["succeeded", "reproducible"]);
      assert.notEqual(again.run, train);
      assert.deepEqual(await digestsOf(again.run, elsewhere), before);
    } finally {
      await podman("image", "rm", "--force", image.replace("sha256:", "")).catch(() => {});
    }
  },
});

Deno.test({
  name: "a colleague with an empty home pulls, lists, shows, reruns and verifies, from the storage alone",
  ignore: podmanHere === undefined,
  async fn() {
    await using test = fixtureProject("bikes", "build: { dockerfile: Dockerfile }", {
      "Dockerfile": `FROM ${BASE_IMAGE}\nRUN echo ${crypto.randomUUID()} > /etc/unlike-any-other\n`,
    });
    const elsewhere = test.git.beside("elsewhere");
    const shared = { AERO_STORAGE: "local", AERO_STORAGE_PATH: test.storagePath };
    const colleague = { ...homeVariables((name) => test.git.beside(`colleague/${name}`)), ...shared };
    const aero = async (args: readonly string[], at: { cwd: string; env: Record<string, string> }) => {
      const { code, out, err } = await test.aero(["--json", ...args], at);
      assert.equal(code, 0, `aero ${args.join(" ")}\n${err()}`);
      return out().trim().split("\n").map((line) => JSON.parse(line));
    };
    const here = { cwd: test.root, env: { ...test.env } };
    const there = { cwd: elsewhere, env: colleague };
    const [{ image }] = await aero(["build"], here);
    try {
      test.git.commit();
      await aero(["data", "add", COUNTS, "--name", "hourly_counts"], here);
      const runs = await aero(["run"], here);
      const train = runs[2].run;
      await podman("image", "rm", image.replace("sha256:", ""));
      makeWritable(test.git.beside("."));
      await Deno.remove(test.root, { recursive: true });
      await Deno.mkdir(elsewhere);

      const [pulled] = await aero(["pull", train, "--images"], there);
      const listed = await aero(["list"], there);
      const [shown] = await aero(["show", train], there);
      const [verdict] = await aero(["verify", train], there);
      const [again] = await aero(["rerun", train], there);

      assert.deepEqual([pulled.runs, pulled.artifacts, pulled.left], [4, 6, 0]);
      assert.equal(listed.length, 4);
      assert.equal(shown.record.run, train);
      assert.equal(verdict.verdict, "identical");
      assert.deepEqual([again.state, again.grade], ["succeeded", "reproducible"]);
    } finally {
      await podman("image", "rm", "--force", image.replace("sha256:", "")).catch(() => {});
    }
  },
});
