import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";
import { openRepository } from "./repository.ts";

testBothWays("head() names branch and commit", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  const repository = await project.open(useGit);
  deepStrictEqual(await repository.head(), { commit, branch: "main" });
});

testBothWays("head() on a detached HEAD has no branch", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  project.git("checkout", "-q", "--detach");
  const repository = await project.open(useGit);
  deepStrictEqual(await repository.head(), { commit });
});

testBothWays("head() of a repository whose refs are packed is found", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  project.git("pack-refs", "--all", "--prune");
  project.git("gc", "-q");
  const repository = await project.open(useGit);
  deepStrictEqual(await repository.head(), { commit, branch: "main" });
  strictEqual((await repository.commitInfo(commit)).subject, "a commit");
});

testBothWays("head() of an empty repository asks for a commit", async (useGit) => {
  using project = new GitProject();
  const repository = await project.open(useGit);
  await rejects(repository.head(), { code: "no_commit", exitCode: 2 });
});

testBothWays("a project in a subdirectory knows the repository's top and its prefix", async (useGit) => {
  using project = new GitProject();
  project.commit({ "experiments/bikes/a": "1" });
  const repository = await project.open(useGit, "experiments/bikes");
  strictEqual(repository.root, project.root);
  strictEqual(repository.prefix, "experiments/bikes");
  strictEqual((await project.open(useGit)).prefix, "");
});

testBothWays("a linked worktree has its own HEAD and the repository's objects and refs", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  const linked = project.beside("linked");
  project.git("worktree", "add", "-q", "-b", "side", linked);
  const commit = project.git("-C", linked, "rev-parse", "HEAD");
  const repository = await openRepository(linked, { useGit });
  strictEqual(repository.root, linked);
  deepStrictEqual(await repository.head(), { commit, branch: "side" });
  deepStrictEqual([...(await repository.branches()).keys()], ["main", "side"]);
});

Deno.test("a folder outside any repository is refused with the command that makes one", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await rejects(openRepository(directory), (error: { code: string; report: { fix: string[] } }) => {
      strictEqual(error.code, "not_a_repository");
      ok(error.report.fix[0]!.includes("git init"));
      return true;
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a bare repository is refused as such", async () => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.git("clone", "-q", "--bare", ".", project.beside("bare.git"));
  await rejects(openRepository(project.beside("bare.git")), { code: "bare_repository" });
});

Deno.test("a SHA-256 repository is read with git", async () => {
  using project = new GitProject({ initArgs: ["--object-format=sha256"] });
  const commit = project.commit({ "a/b": "1" });
  const repository = await project.open();
  strictEqual(commit.length, 64);
  strictEqual((await repository.head()).commit, commit);
  strictEqual((await repository.objectIdsOf(commit, ["a/b"]))["a/b"], project.git("rev-parse", "HEAD:a/b"));
});

Deno.test("a SHA-256 repository is refused without git", async () => {
  using project = new GitProject({ initArgs: ["--object-format=sha256"] });
  project.commit({ a: "1" });
  await rejects(project.open("never"), { code: "object_format_unsupported", exitCode: 2 });
});

Deno.test("a machine without git on its PATH reads the repository all the same", async () => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  const repository = await openRepository(project.root, {
    variables: (name) => name === "PATH" ? project.home : undefined,
  });
  strictEqual(repository.git, undefined);
  strictEqual((await repository.commitInfo(commit)).subject, "a commit");
});

Deno.test({
  name: "a repository of another user is refused with the command that trusts it",
  // Only root can give files away.
  ignore: Deno.uid() !== 0,
  async fn() {
    using project = new GitProject();
    const commit = project.commit({ a: "1" });
    await Deno.chown(project.root, 4321, 4321);
    const repository = await project.open();
    await rejects(repository.commitInfo(commit), (error: { code: string; report: { fix: string[] } }) => {
      strictEqual(error.code, "repository_not_trusted");
      strictEqual(error.report.fix[0], `\`git config --global --add safe.directory ${project.root}\``);
      return true;
    });
  },
});

Deno.test("refs kept in a table are refused without git", async () => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.git("config", "extensions.refStorage", "reftable");
  const repository = await project.open("never");
  await rejects(repository.branches(), { code: "repository_unsupported" });
});

testBothWays("commitInfo() gives what the commit says", async (useGit) => {
  using project = new GitProject();
  const parent = project.commit({ a: "1" });
  const commit = project.commit({ a: "2" }, "Use a lag of a week\n\nWith reasons.");
  const repository = await project.open(useGit);
  deepStrictEqual(await repository.commitInfo(commit), {
    commit,
    tree: project.git("rev-parse", "HEAD^{tree}"),
    parents: [parent],
    subject: "Use a lag of a week",
    author: "Ada <ada@example.org>",
    committedAt: Date.parse("2024-02-03T04:05:06Z"),
  });
});

testBothWays("tags() peels annotated tags and leaves out those of other objects", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  project.git("tag", "-a", "v1/rc", "-m", "x");
  project.git("tag", "of-a-file", "HEAD:a");
  const repository = await project.open(useGit);
  deepStrictEqual([...await repository.tags()], [["v1/rc", commit]]);
});

testBothWays("isOnRemote() is false for a commit that no remote branch holds", async (useGit) => {
  using project = new GitProject();
  const pushed = project.commit({ a: "1" });
  const tip = project.commit({ a: "2" });
  project.git("update-ref", "refs/remotes/origin/main", tip);
  const local = project.commit({ a: "3" });
  const repository = await project.open(useGit);
  deepStrictEqual(
    [
      await repository.isOnRemote(pushed),
      await repository.isOnRemote(tip),
      await repository.isOnRemote(local),
    ],
    [true, true, false],
  );
});

testBothWays("remoteOf() gives the branch's remote without credentials", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.git("remote", "add", "origin", "https://ada:s3cret@git.example.org/lab/bikes.git");
  project.git("remote", "add", "fork", "ssh://git@fork.example.org/bikes.git");
  project.git("config", "branch.main.remote", "fork");
  const repository = await project.open(useGit);
  strictEqual(repository.remoteOf("main"), "ssh://git@fork.example.org/bikes.git");
  strictEqual(repository.remoteOf(undefined), "https://git.example.org/lab/bikes.git");
});

testBothWays("readFileAt() and objectIdsOf() look into the commit, not the worktree", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ "code/train.py": "old" });
  project.write("code/train.py", "new");
  project.write("code/other.py", "new");
  const repository = await project.open(useGit);
  strictEqual(new TextDecoder().decode(await repository.readFileAt(commit, "code/train.py")), "old");
  strictEqual(await repository.readFileAt(commit, "code/other.py"), undefined);
  strictEqual(await repository.readFileAt(commit, "code"), undefined);
  deepStrictEqual(await repository.objectIdsOf(commit, [".", "code", "code/train.py"]), {
    ".": project.git("rev-parse", "HEAD^{tree}"),
    code: project.git("rev-parse", "HEAD:code"),
    "code/train.py": project.git("rev-parse", "HEAD:code/train.py"),
  });
  await rejects(repository.objectIdsOf(commit, ["code/other.py"]), { code: "path_not_in_commit" });
});

testBothWays(
  "an object that a shallow clone left out is missed with the command that fetches it",
  async (useGit) => {
    using project = new GitProject();
    const first = project.commit({ a: "1" });
    project.commit({ a: "2" });
    const clone = project.beside("clone");
    project.git("clone", "-q", "--depth=1", `file://${project.root}`, clone);
    const repository = await openRepository(clone, { useGit });
    await rejects(repository.commitInfo(first), (error: { code: string; report: { fix: string[] } }) => {
      strictEqual(error.code, "object_missing");
      ok(error.report.fix[0]!.includes("--unshallow"));
      return true;
    });
    strictEqual((await repository.head()).branch, "main");
  },
);

testBothWays("a partial clone misses an object without fetching it", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  project.git("config", "uploadpack.allowFilter", "true");
  const clone = project.beside("clone");
  project.git("clone", "-q", "--no-checkout", "--filter=blob:none", `file://${project.root}`, clone);
  const repository = await openRepository(clone, { useGit });
  await rejects(repository.readFileAt(commit, "a"), { code: "object_missing" });
});

testBothWays("objects of an alternate are found", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  const clone = project.beside("clone");
  project.git("clone", "-q", "--shared", ".", clone);
  const repository = await openRepository(clone, { useGit });
  strictEqual(new TextDecoder().decode(await repository.readFileAt(commit, "a")), "1");
});

Deno.test("an object whose bytes are not those of its id is corrupt", async () => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  const path = (id: string) => join(project.root, ".git/objects", id.slice(0, 2), id.slice(2));
  const id = project.git("rev-parse", "HEAD:a");
  await Deno.remove(path(id));
  await Deno.copyFile(path(project.blob("2")), path(id));
  const repository = await project.open();
  await rejects(repository.readFileAt(commit, "a"), { code: "git_object_corrupt", exitCode: 5 });
});
