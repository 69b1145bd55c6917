import assert from "node:assert/strict";
import { AeroProcess, untilHolds } from "../support/aero_process.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, containersOf, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();

/** Says when it was asked to end, and then takes about five seconds of the ten that it is given. */
const SLOW = `asked=0
trap "asked=1; echo asked" INT TERM
echo ready
while [ $asked = 0 ]; do sleep 0.05; done
i=0
while [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.05; done
echo by itself
`;

for (const use of ["podman", "host"]) {
  Deno.test({
    name:
      `a second interrupt ends a program that takes its time after the first, and the run is recorded: ${use}`,
    ignore: use === "podman" && podmanHere === undefined,
    async fn() {
      await using test = new TestProject();
      const image = use === "host" ? {} : { image: BASE_IMAGE };
      test.commit({ environment: { use, ...image }, stages: { slow: { command: "sh slow.sh" } } }, {
        "slow.sh": SLOW,
      });
      if (use !== "host") {
        const built = await test.aero(["build"]);
        assert.equal(built.code, 0, built.err());
        test.git.commit();
      }
      const aero = AeroProcess.start(["run"], { cwd: test.root, env: test.env });
      let run = "";
      const says = (word: string) =>
        untilHolds(`the program says ${word}`, () => {
          run = test.unrecorded().find((name) => !name.startsWith("."))!;
          return Deno.readTextFileSync(`${test.root}/.aero/runs/${run}/stdout.log`).includes(word);
        });
      await says("ready");
      aero.kill("SIGINT");
      await says("asked");

      aero.kill("SIGINT");
      const { code, err } = await aero.end();

      assert.equal(code, 130, err);
      assert.match(err, /^interrupted: the program is asked to end/m);
      assert.ok(
        err.includes(
          `slow ${run} is recorded as aborted; its output: \`aero logs ${run}\`, again: \`aero run slow\``,
        ),
        err,
      );
      if (use !== "host") assert.deepEqual(await containersOf(run), []);
      const record = await test.use(({ services }) => services.archive.getRecord("toy", run as never));
      assert.equal(record?.state, "aborted");
      const logs = await test.aero(["logs", run]);
      assert.match(logs.out(), /asked/);
      assert.doesNotMatch(logs.out(), /by itself/);
    },
  });
}
