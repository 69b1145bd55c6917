import assert from "node:assert/strict";
import { GitProject } from "../../tests/support/git_project.ts";
import { CommitFilesOf } from "./commit_files_of.ts";

/** The files of the project at `directory` in the newest commit. */
async function filesIn(git: GitProject, directory?: string): Promise<CommitFilesOf> {
  const repository = await git.open();
  const { tree } = await repository.commitInfo(git.git("rev-parse", "HEAD"));
  return new CommitFilesOf(repository.objects, tree, directory, new AbortController().signal);
}

for (const directory of [undefined, "sub"]) {
  const where = directory === undefined ? "at the top" : "in a folder";
  const at = (path: string) => directory === undefined ? path : `${directory}/${path}`;

  Deno.test(`an image that is built from a whole project ${where} is the same once the lock file is committed`, async () => {
    using git = new GitProject();
    git.commit({ [at("Dockerfile")]: "FROM a", [at("src/x")]: "1" });
    await using before = await filesIn(git, directory);
    git.commit({ [at("aero.lock")]: "locked" });
    await using after = await filesIn(git, directory);
    git.commit({ [at("src/x")]: "2" });
    await using changed = await filesIn(git, directory);

    assert.equal(await after.objectId(""), await before.objectId(""));
    assert.notEqual(await changed.objectId(""), await before.objectId(""));
    assert.equal(await after.objectId("aero.lock"), undefined);
    assert.deepEqual(
      [...Deno.readDirSync(await after.directory())].map(({ name }) => name).sort(),
      ["Dockerfile", "src"],
    );
  });
}

Deno.test("a file is named by its mode and id, and a folder by what is in it", async () => {
  using git = new GitProject();
  git.write("run.sh", "x", 0o755);
  git.commit({ "src/x": "1" });
  await using files = await filesIn(git);

  assert.equal(await files.objectId("run.sh"), `100755 ${git.blob("x")}`);
  assert.equal(await files.objectId("src"), `40000 ${git.git("rev-parse", "HEAD:src")}`);
  assert.equal(await files.objectId("none"), undefined);
  assert.equal(new TextDecoder().decode(await files.read("src/x")), "1");
});

Deno.test("what was laid out is gone afterwards", async () => {
  using git = new GitProject();
  git.commit({ a: "1" });
  const files = await filesIn(git);
  const directory = await files.directory();

  await files[Symbol.asyncDispose]();

  assert.throws(() => Deno.statSync(directory), Deno.errors.NotFound);
});
