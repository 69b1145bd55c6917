import assert from "node:assert/strict";
import { writeAeroProgram } from "../support/aero_on_path.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, podmanOrSkip } from "../support/podman.ts";
import { terminalsHere, typeAt } from "../support/terminal.ts";

const terminals = await terminalsHere();
const podmanHere = await podmanOrSkip();

for (const use of ["podman", "host"]) {
  Deno.test({
    name: `aero shell on a terminal gives the shell that terminal, and ends with its exit code: ${use}`,
    ignore: !terminals || (use === "podman" && podmanHere === undefined),
    async fn() {
      await using test = new TestProject();
      const bin = test.git.beside("bin");
      await writeAeroProgram(bin);
      const image = use === "host" ? {} : { image: BASE_IMAGE };
      test.commit({ environment: { use, ...image }, stages: { train: { command: "true" } } }, {
        "code.txt": "one\n",
      });
      if (use !== "host") {
        const built = await test.aero(["build"]);
        assert.equal(built.code, 0, built.err());
        test.git.commit();
      }

      // What is expected is not what is typed, since the terminal echoes that.
      const { code, screen } = await typeAt([`${bin}/aero`, "shell", "train"], [
        "stty size > /dev/null && tty -s && echo on-a-$(echo terminal)",
        "cat code.txt | sed s/one/the-code/",
        "exit 7",
      ], { cwd: test.root, env: test.env });

      assert.equal(code, 7, screen);
      assert.match(screen, /its own command is `true`/);
      assert.match(screen, /^on-a-terminal$/m);
      assert.match(screen, /^the-code$/m);
      assert.deepEqual(test.unrecorded(), []);
    },
  });
}

Deno.test({
  name: "Ctrl-C at a shell on a terminal is the shell's, not aero's",
  ignore: !terminals,
  async fn() {
    await using test = new TestProject();
    const bin = test.git.beside("bin");
    await writeAeroProgram(bin);
    test.commit({ stages: { train: { command: "true" } } });

    const { code, screen } = await typeAt([`${bin}/aero`, "shell", "train"], [
      "echo half a line\x03",
      "echo still-$(echo here)",
      "exit 3",
    ], { cwd: test.root, env: test.env });

    assert.equal(code, 3, screen);
    assert.match(screen, /^still-here$/m);
  },
});
