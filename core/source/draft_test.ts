import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";
import { snapshotWorktree } from "./draft.ts";

const AT = Date.parse("2024-05-06T07:08:09Z");
const OPTIONS = { message: "a draft", at: AT };

testBothWays(
  "a draft holds modified, deleted, untracked and executable files, and no ignored ones",
  async (useGit) => {
    using project = new GitProject();
    const head = project.commit({ ".gitignore": "ignored\n", a: "1", "gone/b": "2", kept: "3" });
    project.write("a", "new");
    Deno.removeSync(join(project.root, "gone/b"));
    project.write("data/x y/1", "untracked");
    project.write("run", "#!/bin/sh\n", 0o755);
    Deno.symlinkSync("nowhere", join(project.root, "link"));
    project.write("ignored", "secret");

    const commit = await snapshotWorktree(await project.open(useGit), OPTIONS);

    deepStrictEqual(project.git("ls-tree", "-r", "--format=%(objectmode) %(path)", commit).split("\n"), [
      "100644 .gitignore",
      "100644 a",
      "100644 data/x y/1",
      "100644 kept",
      "120000 link",
      "100755 run",
    ]);
    strictEqual(project.git("show", `${commit}:a`), "new");
    strictEqual(project.git("rev-parse", `${commit}^`), head);
    strictEqual(project.git("rev-parse", `refs/aero/drafts/${commit.slice(0, 12)}`), commit);
    project.git("fsck", "--strict");
  },
);

testBothWays("a draft changes neither branch, index, files, nor the log of HEAD", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1", b: "2" });
  project.write("a", "staged");
  project.git("add", "a");
  project.write("a", "on disk");
  project.write("new", "x");
  const look = () => ({
    head: Deno.readTextFileSync(join(project.root, ".git/HEAD")),
    branch: project.git("rev-parse", "refs/heads/main"),
    index: Deno.readFileSync(join(project.root, ".git/index")),
    log: Deno.readTextFileSync(join(project.root, ".git/logs/HEAD")),
    files: ["a", "b", "new"].map((name) => Deno.readTextFileSync(join(project.root, name))),
  });
  const before = look();
  const commit = await snapshotWorktree(await project.open(useGit), OPTIONS);
  deepStrictEqual(look(), before);
  strictEqual(project.git("show", `${commit}:a`), "on disk");
});

testBothWays(
  "the same worktree gives the same tree, and at the same time the same commit",
  async (useGit) => {
    using project = new GitProject();
    project.commit({ a: "1" });
    project.write("a", "2");
    project.write("new/b", "3");
    const repository = await project.open(useGit);
    const one = await snapshotWorktree(repository, OPTIONS);
    const later = await snapshotWorktree(repository, { message: "a draft", at: AT + 5000 });
    strictEqual(await snapshotWorktree(await project.open("if_installed"), OPTIONS), one);
    const treeOf = (commit: string) => project.git("rev-parse", `${commit}^{tree}`);
    strictEqual(treeOf(later), treeOf(one));
    project.git("add", "-A");
    strictEqual(project.git("write-tree"), treeOf(one));
  },
);

testBothWays("a draft on a detached HEAD has it as its parent", async (useGit) => {
  using project = new GitProject();
  const head = project.commit({ a: "1" });
  project.git("checkout", "-q", "--detach");
  project.write("a", "2");
  const commit = await snapshotWorktree(await project.open(useGit), OPTIONS);
  strictEqual(project.git("rev-parse", `${commit}^`), head);
});

testBothWays("a draft of a folder that took the place of a file holds the folder's files", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  Deno.removeSync(join(project.root, "a"));
  project.write("a/b", "2");
  const commit = await snapshotWorktree(await project.open(useGit), OPTIONS);
  strictEqual(project.git("ls-tree", "-r", "--name-only", commit), "a/b");
});

testBothWays("a draft is by the configured person, or by nobody in particular", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  const author = async () =>
    project.git(
      "log",
      "-1",
      "--format=%an <%ae> %ct",
      await snapshotWorktree(await project.open(useGit), OPTIONS),
    );
  strictEqual(await author(), "aero <aero@localhost> 1714979289");
  Deno.writeTextFileSync(
    join(project.home, ".gitconfig"),
    "[user]\n\tname = Grace\n\temail = grace@example.org\n",
  );
  strictEqual(await author(), "Grace <grace@example.org> 1714979289");
});

testBothWays("a draft takes files as they lie on the disk", async (useGit) => {
  using project = new GitProject();
  project.commit({ ".gitattributes": "* text=auto\n*.x filter=shout\n" });
  project.git("config", "filter.shout.clean", "tr a-z A-Z");
  project.write("crlf", "a\r\nb\r\n");
  project.write("f.x", "quiet");
  const commit = await snapshotWorktree(await project.open(useGit), OPTIONS);
  deepStrictEqual([project.git("show", `${commit}:crlf`), project.git("show", `${commit}:f.x`)], [
    "a\r\nb\r",
    "quiet",
  ]);
});

testBothWays("a draft before the first commit has no parent and leaves the branch unborn", async (useGit) => {
  using project = new GitProject();
  project.write("a", "1");
  const commit = await snapshotWorktree(await project.open(useGit), OPTIONS);
  deepStrictEqual(project.git("log", "--format=%P", commit).trim(), "");
  deepStrictEqual(project.git("show", `${commit}:a`), "1");
  deepStrictEqual(project.git("for-each-ref", "refs/heads"), "");
});

testBothWays("a draft with a repository inside is refused", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.git("init", "-q", "inner");
  await rejects(snapshotWorktree(await project.open(useGit), OPTIONS), { code: "draft_file_unsupported" });
});

Deno.test("a draft with a huge file is refused, before it is read", async () => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.write("weights.bin", "");
  // Sparse: takes no room.
  Deno.truncateSync(join(project.root, "weights.bin"), 200 * 1024 ** 2);
  await rejects(snapshotWorktree(await project.open(), OPTIONS), { code: "draft_file_too_large" });
});
