import assert from "node:assert/strict";
import { parse } from "yaml";
import { TestProject } from "../../tests/support/open_project.ts";

const CONFIG = {
  params: { name: "it's $HOME & co" },
  environment: { use: "host", env: { MODE: "a b'c" } },
  stages: {
    train: {
      command: ["sh", "train.sh", "${params.name}", "${inputs.data}/n", "--out=${outputs.model}/model"],
      inputs: { data: "counts" },
      outputs: ["model"],
    },
  },
};
const TRAIN =
  'out=${3#--out=}; { echo "$1|$MODE|$AERO_SEED"; cat "$2" "$AERO_PARAMS"; pwd | grep -o "code/sub$"; } > "$out"\n' +
  "aero log loss=1\n";

/** A project below the top of its repository, with one run. */
async function withRun(train = TRAIN) {
  const test = new TestProject();
  const config = { project: "toy", storage: { use: "local" }, ...CONFIG };
  test.git.commit({ "sub/aero.yaml": JSON.stringify(config), "sub/train.sh": train, "README": "top" });
  Deno.writeTextFileSync(test.git.beside("n"), "1\n2\n");
  const io = { cwd: `${test.root}/sub` };
  assert.equal((await test.aero(["data", "add", test.git.beside("n"), "--name", "counts"], io)).code, 0);
  const { code, out, err } = await test.aero(["--json", "run"], io);
  const result = JSON.parse(out().trim().split("\n").at(-1)!);
  return { test, io, run: result.run as string, code, err };
}

Deno.test("a run is laid out as a folder whose run.sh gives the same outputs again", async () => {
  const { test, io, run, code, err } = await withRun();
  await using _test = test;
  assert.equal(code, 0, err());
  const folder = test.git.beside("a folder's");

  const checkout = await test.aero(["checkout", run, folder], io);

  assert.equal(checkout.code, 0, checkout.err());
  assert.equal(Deno.readTextFileSync(`${folder}/code/README`), "top");
  assert.equal(Deno.readTextFileSync(`${folder}/inputs/data/n`), "1\n2\n");
  const before = Deno.readTextFileSync(`${folder}/outputs/model/model`);
  assert.match(before, /^it's \$HOME & co\|a b'c\|\d+\n1\n2\n/);
  const config = parse(Deno.readTextFileSync(`${folder}/config.yaml`));
  assert.equal(config.run, run);
  assert.deepEqual(config.params, CONFIG.params);

  const script = await new Deno.Command("sh", { args: ["run.sh"], cwd: folder, env: test.env }).output();

  assert.equal(script.code, 0, new TextDecoder().decode(script.stderr));
  assert.equal(Deno.readTextFileSync(`${folder}/again/model/model`), before);
  assert.match(Deno.readTextFileSync(`${folder}/run/metrics.jsonl`), /"loss"/);
});

Deno.test("a run that failed can be laid out and run by hand too", async () => {
  const { test, io, run, code } = await withRun("echo no >&2; exit 3");
  await using _test = test;
  assert.equal(code, 1);
  const folder = test.git.beside("failed");

  const checkout = await test.aero(["checkout", run, folder], io);

  assert.equal(checkout.code, 0, checkout.err());
  const script = await new Deno.Command("sh", { args: ["run.sh"], cwd: folder, env: test.env }).output();
  assert.equal(script.code, 3);
});

Deno.test("a folder with something in it is refused, and nothing in it changes", async () => {
  const { test, io, run } = await withRun();
  await using _test = test;
  const folder = test.git.beside("full");
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(`${folder}/mine`, "1");

  const { code, err } = await test.aero(["checkout", run, folder], io);

  assert.equal(code, 2);
  assert.match(err(), /full/);
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["mine"]);
});

Deno.test("where a run was laid out is told as a path without detours, and as a shell reads it", async () => {
  const { test, io, run } = await withRun();
  await using _test = test;

  const { code, out, err } = await test.aero(["checkout", run, "../../a folder's"], io);

  assert.equal(code, 0, err());
  const folder = test.git.beside("a folder's");
  assert.ok(Deno.statSync(`${folder}/run.sh`).isFile);
  assert.ok(out().includes(`lies in ${folder};`), out());
  const [, change = ""] = /^ {2}(cd .*)$/m.exec(out()) ?? [];
  const { stdout } = new Deno.Command("sh", { args: ["-c", `${change} && pwd`] }).outputSync();
  assert.equal(new TextDecoder().decode(stdout).trim(), Deno.realPathSync(folder));
});
