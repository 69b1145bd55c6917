import assert from "node:assert/strict";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();

const TRAIN = `touch scratch 2>/dev/null && { echo "code can be changed"; exit 21; }
aero log loss=0.5 || exit 22
{
  cat "$AERO_INPUTS/data/n"
  # Secrets, and what a shell sets by itself, aside: all that the program sees.
  env | grep -v -e ^_= -e ^TERM= | sort
  hostname; id; grep ^Cap /proc/self/status; df -k /dev/shm | tail -n 1
} > "$AERO_OUTPUTS/model/seen"
`;

const CONFIG = {
  params: { seed: 3 },
  environment: { use: "podman", image: BASE_IMAGE, env: { MODE: "it's $HOME" } },
  stages: {
    train: {
      command: "sh train.sh",
      inputs: { data: "counts" },
      outputs: ["model"],
      code_access: "read-only",
    },
  },
};

Deno.test({
  name: "the run.sh of a run in a container shows its program the same as the run did",
  ignore: podmanHere === undefined,
  async fn() {
    await using test = new TestProject();
    test.commit(CONFIG, { "train.sh": TRAIN });
    Deno.writeTextFileSync(test.git.beside("n"), "1\n2\n");
    assert.equal((await test.aero(["data", "add", test.git.beside("n"), "--name", "counts"])).code, 0);
    const built = await test.aero(["build"]);
    assert.equal(built.code, 0, built.err());
    test.git.commit();
    const ran = await test.aero(["--json", "run"]);
    assert.equal(ran.code, 0, ran.err());
    const { run } = JSON.parse(ran.out().trim().split("\n").at(-1)!);
    const folder = test.git.beside("a folder's");
    const checkout = await test.aero(["checkout", run, folder]);
    assert.equal(checkout.code, 0, checkout.err());

    const script = await new Deno.Command("sh", {
      args: ["run.sh"],
      cwd: folder,
      env: { http_proxy: "http://proxy.example" },
    }).output();

    assert.equal(script.code, 0, new TextDecoder().decode(script.stderr));
    assert.equal(
      Deno.readTextFileSync(`${folder}/again/model/seen`),
      Deno.readTextFileSync(`${folder}/outputs/model/seen`),
    );
    assert.match(Deno.readTextFileSync(`${folder}/run/metrics.jsonl`), /"loss"/);
  },
});
