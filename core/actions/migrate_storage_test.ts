import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";
import { configLine } from "./migrate_storage.ts";

const STAGES = { stages: { make: { command: ["sh", "-c", "echo 1 > ${outputs.it}/a"], outputs: ["it"] } } };

function lines(out: () => string): Record<string, unknown>[] {
  return out().trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("runs, labels and lists are the same from the new storage, and a run can be had again from it alone", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  await project.aero(["artifact", "alias", "it", "best", "v1"]);
  const copy = `${project.root}/../copy`;

  const { code, out } = await project.aero([
    "storage",
    "migrate",
    ".",
    `local:${copy}`,
    "--verify",
    "--json",
  ]);
  const [summary] = lines(out);

  assert.equal(code, 0);
  assert.equal(summary!.config, `storage: { use: local, path: ${copy} }`);
  const before = await project.aero(["artifact", "log", "it", "--json"]);
  const runs = await project.aero(["list", "--json"]);
  project.commit({ ...STAGES, storage: { use: "local", path: copy } });
  Deno.removeSync(project.storagePath, { recursive: true });
  Deno.removeSync(`${project.root}/.aero`, { recursive: true });
  assert.equal((await project.aero(["artifact", "log", "it", "--json"])).out(), before.out());
  assert.equal((await project.aero(["list", "--json"])).out(), runs.out());
  assert.equal((await project.aero(["rerun", "@last"])).code, 0);
  assert.equal((await project.aero(["storage", "fsck"])).code, 0);
});

Deno.test("a place without a store, and one storage twice, are refused", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();

  const empty = await project.aero(["storage", "migrate", "local:nowhere", "."]);
  const same = await project.aero(["storage", "migrate", ".", "local"]);

  assert.deepEqual([empty.code, same.code], [2, 2]);
  assert.match(empty.err(), /no aero\.json/);
  assert.match(same.err(), /one storage/);
});

Deno.test("the line for aero.yaml has nothing of the user's profile but its name", () => {
  const options = { "credentials_file": "/home/ada/keys", profile: "lab", bucket: "b" };

  assert.equal(configLine({ use: "s3", options }, "lab"), "storage: { use: s3, profile: lab }");
  assert.equal(
    configLine({ use: "s3", options }, "use=s3,profile=lab,bucket=b"),
    "storage: { use: s3, profile: lab, bucket: b }",
  );
});
