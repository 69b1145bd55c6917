import assert from "node:assert/strict";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();

// Without limits of its own a configuration in place of the machine's asks for more than the machine may give.
const LIMITS = "default_ulimits = []\n";

for (
  const [added, said] of [
    ['env = ["INJECTED=1"]', /the variable "INJECTED"/],
    ['volumes = ["/usr:/injected:ro"]', /the mount "\/injected"/],
  ] as const
) {
  Deno.test({
    name: `a run into which the engine's configuration puts more fails and says so: ${added}`,
    ignore: podmanHere === undefined,
    async fn() {
      const scratch = await Deno.makeTempDir();
      const path = `${scratch}/containers.conf`;
      await using test = new TestProject({ env: { CONTAINERS_CONF: path } });
      Deno.writeTextFileSync(path, `[containers]\n${LIMITS}`);
      test.commit({
        environment: { use: "podman", image: BASE_IMAGE },
        stages: { train: { command: "true" } },
      });
      const built = await test.aero(["build"]);
      assert.equal(built.code, 0, built.err());
      test.git.commit();
      const plain = await test.aero(["run"]);
      assert.equal(plain.code, 0, plain.err());
      Deno.writeTextFileSync(path, `[containers]\n${LIMITS}${added}\n`);

      const { code, out, err } = await test.aero(["--json", "run", "--force"]);

      assert.notEqual(code, 0);
      const told = (out() + err()).replaceAll("\\", "");
      assert.match(told, /engine_adds/);
      assert.match(told, said);
      const runs = (await test.aero(["--json", "list"])).out();
      assert.match(runs, /"state":"failed"/);
      await Deno.remove(scratch, { recursive: true });
    },
  });
}
