import { rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";

for (const format of ["sha1", "sha256"]) {
  Deno.test(`what was read ahead of a ${format} project in a subdirectory needs no object store afterwards`, async () => {
    using project = new GitProject({ initArgs: [`--object-format=${format}`] });
    const commit = project.commit({ "lab/bikes/aero.yaml": "project: bikes" });
    const repository = await project.open("if_installed", "lab/bikes");

    await repository.readAhead(["aero.yaml", "aero.lock"]);

    await Deno.rename(join(project.root, ".git/objects"), project.beside("objects"));
    const bytes = await repository.readFileAt(commit, "lab/bikes/aero.yaml");
    strictEqual(new TextDecoder().decode(bytes), "project: bikes");
    strictEqual(await repository.readFileAt(commit, "lab/bikes/aero.lock"), undefined);
  });
}

testBothWays(
  "reading ahead in a repository without commits leaves the refusal to who asks",
  async (useGit) => {
    using project = new GitProject();
    const repository = await project.open(useGit);
    await repository.readAhead(["aero.yaml"]);
    await rejects(repository.head(), { code: "no_commit" });
  },
);

Deno.test("what was read ahead is checked against its id like any other object", async () => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  const path = (id: string) => join(project.root, ".git/objects", id.slice(0, 2), id.slice(2));
  const id = project.git("rev-parse", "HEAD:a");
  await Deno.remove(path(id));
  await Deno.copyFile(path(project.blob("2")), path(id));
  const repository = await project.open();
  await repository.readAhead(["a"]);
  await rejects(repository.readFileAt(commit, "a"), { code: "git_object_corrupt" });
});
