import assert from "node:assert/strict";
import { committedFiles } from "../../tests/support/committed_files.ts";
import { GitProject } from "../../tests/support/git_project.ts";

for (const directory of [undefined, "sub"]) {
  const where = directory === undefined ? "at the top" : "in a folder";
  const at = (path: string) => directory === undefined ? path : `${directory}/${path}`;

  Deno.test(`an image that is built from a whole project ${where} is the same once the lock file is committed`, async () => {
    using git = new GitProject();
    git.commit({ [at("Dockerfile")]: "FROM a", [at("src/x")]: "1" });
    await using before = await committedFiles(git, directory);
    git.commit({ [at("aero.lock")]: "locked" });
    await using after = await committedFiles(git, directory);
    git.commit({ [at("src/x")]: "2" });
    await using changed = await committedFiles(git, directory);

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
  await using files = await committedFiles(git);

  assert.equal(await files.objectId("run.sh"), `100755 ${git.blob("x")}`);
  assert.equal(await files.objectId("src"), `40000 ${git.git("rev-parse", "HEAD:src")}`);
  assert.equal(await files.objectId("none"), undefined);
  assert.equal(new TextDecoder().decode(await files.read("src/x")), "1");
});

Deno.test("what the commit does not have is undefined, and no link is followed", async () => {
  using git = new GitProject();
  git.write("sub/a/one", "one");
  Deno.symlinkSync("a/one", `${git.root}/sub/link`);
  Deno.symlinkSync("/etc", `${git.root}/sub/leaves`);
  git.commit({ outside: "1" });
  await using files = await committedFiles(git, "sub");

  assert.equal(await files.objectId("link"), `120000 ${git.blob("a/one")}`);
  for (const path of ["none", "a/one/none", "../outside"]) {
    assert.equal(await files.objectId(path), undefined, path);
  }
  for (const path of ["none", "a/one/none", "a", "link", "leaves/passwd", "../outside", "../../etc/passwd"]) {
    assert.equal(await files.read(path), undefined, path);
  }
});

Deno.test("what was laid out is gone afterwards", async () => {
  using git = new GitProject();
  git.commit({ a: "1" });
  const files = await committedFiles(git);
  const directory = await files.directory();

  await files[Symbol.asyncDispose]();

  assert.throws(() => Deno.statSync(directory), Deno.errors.NotFound);
});
