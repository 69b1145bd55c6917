import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const CONFIG = {
  params: { depth: 5 },
  environment: { use: "host", secrets: ["TOKEN"], env: { MODE: "fast" } },
  stages: {
    make: { command: ["sh", "make.sh"], outputs: ["numbers"] },
    sum: {
      command: "sh sum.sh ${inputs.data} ${outputs.total} ${params.depth}",
      inputs: { data: "numbers" },
      outputs: ["total"],
    },
  },
};
const FILES = {
  "make.sh": 'seq 3 > "$AERO_OUTPUTS/numbers/n"; echo "$MODE ${#TOKEN} $HIDDEN" >&2\n',
  "sum.sh": 'wc -l < "$1/n" > "$2/lines"; cat "$AERO_PARAMS" >> "$2/lines"; pwd >> "$2/lines"\n' +
    'aero log loss=0.5 --step 1 && cat "$AERO_METRICS"\n',
};
const TOKEN = { TOKEN: "hunter2-hunter2", HIDDEN: "host" };

Deno.test("`aero dev` runs stages in the user's own directory, dirty or not, and records nothing", async () => {
  await using test = new TestProject({ env: TOKEN });
  test.commit(CONFIG, FILES);
  test.git.write("untracked", "dirty");

  const { code, out, err } = await test.aero(["--json", "dev", "depth=6"]);

  assert.equal(code, 0, err());
  const results = out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(results.map(({ stage }) => stage), ["make", "sum"]);
  const [lines, params, directory] = Deno.readTextFileSync(`${results[1].outputs.total}/lines`).split("\n");
  assert.equal(lines!.trim(), "3");
  assert.deepEqual(JSON.parse(params!), { depth: 6 });
  assert.equal(directory, test.root);
  assert.match(err(), /fast 15 \n/, "config and secrets are seen, other variables are not");
  assert.match(err(), /\{"loss":0\.5,"step":1\}|\{"step":1,"loss":0\.5\}/);
  assert.equal(test.git.git("status", "--porcelain"), "?? untracked");
  assert.throws(() => Deno.statSync(test.storagePath), Deno.errors.NotFound);
});

Deno.test("`aero dev` of one stage takes its input from the scratch area, the newest there is", async () => {
  await using test = new TestProject({ env: TOKEN });
  test.commit(CONFIG, FILES);
  await test.aero(["dev"]);
  test.git.write("make.sh", 'seq 5 > "$AERO_OUTPUTS/numbers/n"\n');
  await test.aero(["dev", "--only", "make"]);

  const { code, out } = await test.aero(["--json", "dev", "--only", "sum"]);

  assert.equal(code, 0);
  const { outputs } = JSON.parse(out());
  assert.match(Deno.readTextFileSync(`${outputs.total}/lines`), /^ *5\n/);
});

Deno.test("`aero dev` of a program that fails exits 1, keeps no output and leaves no work behind", async () => {
  await using test = new TestProject({ env: TOKEN });
  test.commit(CONFIG, { ...FILES, "make.sh": 'seq 3 > "$AERO_OUTPUTS/numbers/n"; exit 3\n' });

  const { code, out } = await test.aero(["--json", "dev"]);

  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(out()).exit, { how: "exited", code: 3 });
  assert.deepEqual([...Deno.readDirSync(`${test.root}/.aero/dev`)], []);
});

Deno.test("`aero dev` of a stage whose input nobody made or added says how to add it", async () => {
  await using test = new TestProject({ env: TOKEN });
  test.commit(CONFIG, FILES);

  const { code, err } = await test.aero(["dev", "--only", "sum"]);

  assert.equal(code, 2);
  assert.match(err(), /aero data add PATH --name numbers/);
});

Deno.test("`aero dev` says once that it does not hold limits, and nothing where there are none", async () => {
  await using test = new TestProject({ env: TOKEN });
  test.commit({ ...CONFIG, environment: { ...CONFIG.environment, limits: { cpus: 1 } } }, FILES);
  const limited = await test.aero(["dev"]);
  test.commit(CONFIG, FILES);
  const free = await test.aero(["dev"]);

  assert.equal(limited.code, 0, limited.err());
  assert.equal(limited.err().match(/limits of make, sum do not hold/g)?.length, 1);
  assert.doesNotMatch(free.err(), /limits/);
});
