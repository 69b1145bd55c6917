import assert from "node:assert/strict";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { TestProject } from "../../tests/support/open_project.ts";

for (const code of ["denied", "full"] as const) {
  Deno.test(`data that a storage refuses as ${code} is told by its own name`, async () => {
    await using project = new TestProject({ storage: "memory" });
    project.commit({});
    const data = project.git.beside("counts.csv");
    Deno.writeTextFileSync(data, "1\n");
    project.wrap = (storage) => new FaultyStorage(storage, [{ on: "put", key: "objects/", with: code }]);

    const { code: exit, err } = await project.aero(["data", "add", data, "--name", "counts"]);

    assert.equal(exit, 4);
    assert.match(err(), new RegExp(`^error: Cannot add "${data}" as the artifact "counts"\n`, "m"));
  });
}
