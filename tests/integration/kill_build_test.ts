import assert from "node:assert/strict";
import { AeroProcess } from "../support/aero_process.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";
import { seededRandom } from "../support/seeded_random.ts";

const podmanHere = await podmanOrSkip();
const ROUNDS = Math.ceil(Number(Deno.env.get("AERO_KILL_ROUNDS") ?? "6") / 2);
const SEED = Number(Deno.env.get("AERO_TEST_SEED") ?? Date.now()) >>> 0;

/** A project whose image nobody has built before. */
function begin(): TestProject {
  const test = new TestProject();
  test.commit({
    environment: { use: "podman", build: { dockerfile: "Dockerfile", context: "." } },
    stages: { train: { command: "cat /made" } },
  }, {
    Dockerfile:
      `FROM ${BASE_IMAGE}\nRUN head -c 20000000 /dev/urandom > /bulk; echo ${crypto.randomUUID()} > /made\n`,
  });
  return test;
}

Deno.test({
  name: "kill -9 of a build at any moment keeps no half of an image, and the next build makes a whole one",
  ignore: podmanHere === undefined,
  async fn() {
    // deno-lint-ignore no-console -- a failure is to be had again
    console.log(`AERO_TEST_SEED=${SEED}`);
    const random = seededRandom(SEED);
    const wholeMs = await buildAndRun(begin());
    for (let round = 0; round < ROUNDS; round++) {
      const test = begin();
      const aero = AeroProcess.start(["build"], { cwd: test.root, env: test.env });
      const at = random() * wholeMs;
      await new Promise((resolve) => setTimeout(resolve, at));

      aero.kill("SIGKILL");
      await aero.end();

      const told = `round ${round}, killed after ${Math.round(at)} ms`;
      const checked = await test.aero(["storage", "fsck"]);
      assert.equal(checked.code, 0, `${told}: ${checked.out()}${checked.err()}`);
      await buildAndRun(test, told);
    }
  },
});

/**
 * Builds, runs in what was built, and runs again where the engine has lost it: from what is kept.
 * @returns What the build took, in milliseconds.
 */
async function buildAndRun(test: TestProject, told = "not killed"): Promise<number> {
  await using _test = test;
  const begun = performance.now();
  const built = await AeroProcess.run(["build", "--json"], { cwd: test.root, env: test.env });
  const tookMs = performance.now() - begun;
  assert.equal(built.code, 0, `${told}: ${built.err}`);
  test.git.commit();
  const { image } = JSON.parse(built.out.split("\n")[0]!) as { image: string };
  try {
    const first = await test.aero(["run"]);
    assert.equal(first.code, 0, `${told}: ${first.err()}`);
    await podman("rmi", "--force", image.slice("sha256:".length));
    const again = await test.aero(["run", "--force"]);
    assert.equal(again.code, 0, `${told}: ${again.err()}`);
  } finally {
    await podman("rmi", "--force", image.slice("sha256:".length));
  }
  const checked = await test.aero(["storage", "fsck"]);
  assert.equal(checked.code, 0, `${told}: ${checked.out()}`);
  return tookMs;
}
