import assert from "node:assert/strict";
import { fixtureProject } from "../support/fixture_project.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();
/** scikit-learn itself comes from Debian. */
const debianHere = podmanHere === undefined ? undefined : await subjectOrSkip("debian", () =>
  podman(
    "run",
    "--rm",
    "--network=host",
    BASE_IMAGE,
    ..."apt-get update -qq -o APT::Update::Error-Mode=any".split(" "),
  ));

Deno.test({
  name: "a scikit-learn project is built, run, reused, rerun, and verified within its tolerance",
  ignore: debianHere === undefined || !("subject" in debianHere),
  async fn() {
    await using test = fixtureProject("sklearn", `image: ${BASE_IMAGE}`);
    const aero = async (...args: string[]) => {
      const { code, out, err } = await test.aero(["--json", ...args]);
      assert.equal(code, 0, `aero ${args.join(" ")}\n${err()}`);
      return out().trim().split("\n").map((line) => JSON.parse(line));
    };
    const [built] = await aero("build");
    try {
      test.git.commit();

      const first = await aero("run");
      const second = await aero("run");
      const [rerun] = await aero("rerun", "@last:train");
      const [verdict] = await aero("verify", first[1].run);

      assert.deepEqual(first.map(({ stage, state, grade, reused }) => ({ stage, state, grade, reused })), [
        { stage: "split", state: "succeeded", grade: "reproducible", reused: false },
        { stage: "train", state: "succeeded", grade: "reproducible", reused: false },
      ]);
      assert.ok(first[1].metrics["test.r2"] > 0.2, "the model has learned something");
      assert.deepEqual(second.map(({ run, reused }) => ({ run, reused })), [
        { run: first[0].run, reused: true },
        { run: first[1].run, reused: true },
      ]);
      assert.equal(rerun.parent.run, first[1].run);
      assert.equal(verdict.verdict, "within_tolerance");
      assert.ok(verdict.differences.length > 0, "the forest is not seeded");
    } finally {
      await podman("image", "rm", "--force", built.image.replace("sha256:", ""));
    }
  },
});
