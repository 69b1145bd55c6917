import assert from "node:assert/strict";
import { assertEngineDirectory } from "../../../tests/support/engine_invariants.ts";
import { type LoadLine, LoadModel } from "../../../tests/support/engine_load_model.ts";
import { killRounds } from "../../../tests/support/kill_rounds.ts";
import { propertyRun } from "../../../tests/support/property_seed.ts";
import { openObjectEngine } from "./open_engine.ts";

const CHILD = new URL("../../../tests/support/engine_crash_child.ts", import.meta.url).pathname;

/** Runs the child until it has done a number of things, kills it, and gives all that it said. */
async function loadAndKill(
  directory: string,
  round: number,
  seed: number,
  after: number,
): Promise<LoadLine[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, directory, `${round}`, `${seed}`],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  let done = 0;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    done += chunk.split("\n").length - 1;
    if (done >= after) child.kill("SIGKILL");
  }
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL", "the child ended by itself");
  // The last line may have been cut in the middle.
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as LoadLine);
}

Deno.test("after kill -9 under load all that was acknowledged is there, and nothing else", async () => {
  const directory = await Deno.makeTempDir({ prefix: "aero-crash-" });
  const { seed } = propertyRun();
  const model = new LoadModel();
  const open = () => openObjectEngine({ directory, now: () => new Date() });
  try {
    {
      await using engine = await open();
      for (const name of ["plain", "versioned"]) {
        await engine.buckets.create({ name, owner: "ann", objectLock: false });
      }
      await engine.buckets.setVersioning("versioned", "enabled");
    }
    for (let round = 0; round < killRounds(); round++) {
      // Lines, not time, so that a slow machine gets as far; spread over the first moments and a full load.
      const after = 2 + Math.abs(seed + round * 7919) % 1500;
      for (const line of await loadAndKill(directory, round, seed + round, after)) model.take(line);
      {
        await using engine = await open();
        await model.assertHolds(engine, `r${round}/`);
      }
      assertEngineDirectory(directory);
    }
    // What was there after an earlier round is still there after all those that followed.
    await using engine = await open();
    await model.assertHolds(engine, "");
    for await (const damage of engine.verify()) assert.fail(damage.why);
    assert.ok(model.acknowledged > 0, "nothing was acknowledged in any round");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
