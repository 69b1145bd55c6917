import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";
import type { AeroError } from "../errors.ts";
import { parseRunId } from "../model/run_id.ts";
import { loadStoredRun } from "./rerun.ts";

const STAGES = { stages: { make: { command: ["sh", "-c", "echo 1 > ${outputs.it}/a"], outputs: ["it"] } } };

Deno.test("a version whose tree is not its commit's is not run again: it would not be the code that it names", async () => {
  await using test = new TestProject();
  test.commit(STAGES);
  const record = await test.record();

  await test.use(async (project) => {
    const { archive } = project.services;
    const version = await archive.getVersion(record.version);
    const forged = { ...version, code: { ...version.code, tree: "0".repeat(40) } };
    const id = await archive.putVersion(forged);

    await assert.rejects(
      loadStoredRun(project, { ...record, run: parseRunId("k".repeat(16)), version: id }),
      (error: AeroError) => error.code === "version_corrupt",
    );
  });
});

Deno.test("a version whose program would run outside its code is no version", async () => {
  await using test = new TestProject();
  test.commit(STAGES);
  const record = await test.record();

  await test.use(async (project) => {
    const { archive } = project.services;
    const version = await archive.getVersion(record.version);

    for (const directory of ["..", "a/../../b", "/etc"]) {
      const forged = { ...version, code: { ...version.code, directory } };
      await assert.rejects(archive.putVersion(forged), TypeError);
    }
  });
});
