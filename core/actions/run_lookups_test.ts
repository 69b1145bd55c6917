import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const STAGES = { train: { command: "sh train.sh", outputs: ["model"] } };
const FILES = { "train.sh": 'echo 1 > "$AERO_OUTPUTS"/model/m\n' };

/** Two projects, of one storage, each with a run that made `model:v1`. */
async function neighbours(): Promise<AsyncDisposable & Record<"bikes" | "cars", TestProject>> {
  const bikes = new TestProject();
  const cars = new TestProject({ env: { AERO_STORAGE_PATH: bikes.storagePath } });
  for (const [project, test] of Object.entries({ bikes, cars })) {
    test.commit({ project, stages: STAGES }, FILES);
    await test.run();
  }
  return {
    bikes,
    cars,
    [Symbol.asyncDispose]: async () => {
      await bikes[Symbol.asyncDispose]();
      await cars[Symbol.asyncDispose]();
    },
  };
}

Deno.test("what another project's run made is refused with that project's name, by every command", async () => {
  await using both = await neighbours();

  for (const args of [["show"], ["rerun"], ["logs"], ["diff", "@last"]]) {
    const { code, err } = await both.bikes.aero([...args, "cars/model:v1"]);

    assert.equal(code, 2, err());
    assert.match(
      err(),
      /^error: Cannot use the run "cars\/model:v1"\ncause: it is run \w+ of the project "cars"$/m,
    );
  }
});

Deno.test("where there is no project, a name that several projects have is to be written out", async () => {
  await using both = await neighbours();
  const cwd = both.cars.git.beside("elsewhere");
  await Deno.mkdir(cwd);

  const several = await both.cars.aero(["show", "model:v1"], { cwd });
  const one = await both.cars.aero(["show", "bikes/model:v1"], { cwd });

  assert.equal(several.code, 2);
  assert.match(several.err(), /hint: write `bikes\/model:v1`\nhint: write `cars\/model:v1`\n/);
  assert.equal(one.code, 0, one.err());
});

Deno.test("what a run made is not of use if the storage has no record of the run", async () => {
  await using both = await neighbours();
  await Deno.remove(`${both.bikes.storagePath}/runs/cars`, { recursive: true });
  const cwd = both.cars.git.beside("elsewhere");
  await Deno.mkdir(cwd);

  const { code, err } = await both.cars.aero(["rerun", "cars/model:v1"], { cwd });

  assert.equal(code, 2, err());
  assert.match(err(), /of which .*storage has no record\n/);
});

Deno.test("a run that is known here, and whose record another storage has, is told how to be had", async () => {
  await using both = await neighbours();
  await both.cars.aero(["list"]);
  await Deno.remove(`${both.bikes.storagePath}/runs/cars`, { recursive: true });

  const { code, err } = await both.cars.aero(["rerun", "@last"]);

  assert.equal(code, 2, err());
  assert.match(err(), /the storage has no record of it\n[^]*hint: .*`aero storage migrate FROM \.`/);
});
