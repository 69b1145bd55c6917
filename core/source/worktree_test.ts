import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { type BOTH_WAYS, GitProject, testBothWays } from "../../tests/support/git_project.ts";
import { openRepository } from "./repository.ts";
import { readWorktree } from "./worktree.ts";

type Way = typeof BOTH_WAYS[number];

async function changesOf(project: GitProject, useGit: Way, folder?: string): Promise<string[]> {
  const worktree = await readWorktree(await project.open(useGit, folder));
  return worktree.state === "clean" ? [] : worktree.changes.map(({ path, change }) => `${change} ${path}`);
}

testBothWays("a worktree that equals its commit is clean", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1", "folder/b": "2" });
  project.write("run.sh", "#!/bin/sh\n", 0o755);
  Deno.symlinkSync("a", join(project.root, "link"));
  const head = project.commit();
  const worktree = await readWorktree(await project.open(useGit, "folder"));
  deepStrictEqual({ ...worktree }, {
    state: "clean",
    commit: head,
    tree: project.git("rev-parse", "HEAD^{tree}"),
    branch: "main",
    prefix: "folder",
  });
  strictEqual(head === commit, false);
});

/** Each makes one change in a repository with `a`, `folder/b`, `tool` (executable) and `link` to `a`. */
const CHANGES: readonly [name: string, make: (project: GitProject) => void, expected: readonly string[]][] = [
  ["a modified file", (p) => p.write("a", "new"), ["modified a"]],
  ["a modified file of equal size", (p) => p.write("a", "2"), ["modified a"]],
  ["a deleted file", (p) => Deno.removeSync(join(p.root, "folder/b")), ["deleted folder/b"]],
  ["an untracked file", (p) => p.write("folder/new", "x"), ["untracked folder/new"]],
  ["an untracked folder, named once", (p) => {
    p.write("data/x/1", "1");
    p.write("data/2", "2");
  }, ["untracked data/"]],
  ["a mode that changed", (p) => Deno.chmodSync(join(p.root, "a"), 0o755), ["modified a"]],
  ["a link that points elsewhere", (p) => {
    Deno.removeSync(join(p.root, "link"));
    Deno.symlinkSync("tool", join(p.root, "link"));
  }, ["modified link"]],
  ["a file that became a link", (p) => {
    Deno.removeSync(join(p.root, "a"));
    Deno.symlinkSync("tool", join(p.root, "a"));
  }, ["modified a"]],
  ["a folder that became a link to one with the same files", (p) => {
    Deno.renameSync(join(p.root, "folder"), p.beside("folder"));
    Deno.symlinkSync(p.beside("folder"), join(p.root, "folder"));
  }, ["deleted folder/b", "untracked folder"].sort((x, y) => x.split(" ")[1]! < y.split(" ")[1]! ? -1 : 1)],
  ["a staged file", (p) => {
    p.write("new", "x");
    p.git("add", "new");
  }, ["added new"]],
  ["a change that is staged and taken back on the disk", (p) => {
    p.write("a", "new");
    p.git("add", "a");
    p.write("a", "1");
  }, ["modified a"]],
  ["a file added by name only", (p) => {
    p.write("new", "x");
    p.git("add", "--intent-to-add", "new");
  }, ["added new"]],
  ["a rename", (p) => p.git("mv", "a", "z"), ["deleted a", "added z"]],
  ["a file taken out of the index alone", (p) => p.git("rm", "-q", "--cached", "a"), ["untracked a"]],
  ["a file marked assume-unchanged", (p) => {
    p.git("update-index", "--assume-unchanged", "a");
    p.write("a", "hidden");
  }, ["modified a"]],
  ["a file marked assume-unchanged and deleted", (p) => {
    p.git("update-index", "--assume-unchanged", "a");
    Deno.removeSync(join(p.root, "a"));
  }, ["deleted a"]],
  ["a file marked skip-worktree", (p) => {
    p.git("update-index", "--skip-worktree", "a");
    p.write("a", "hidden");
  }, ["modified a"]],
  ["untracked files that status is told not to show", (p) => {
    p.git("config", "status.showUntrackedFiles", "no");
    p.write("new", "x");
  }, ["untracked new"]],
  ["a repository inside", (p) => {
    p.git("init", "-q", "inner");
    p.write("inner/x", "x");
  }, ["untracked inner/"]],
  ["names with spaces, quotes, line feeds and umlauts", (p) => {
    p.write('a "b"\n\tc', "x");
    p.write("ü 日本", "x");
  }, ['untracked a "b"\n\tc', "untracked ü 日本"]],
];

for (const [name, make, expected] of CHANGES) {
  testBothWays(`readWorktree() sees ${name}`, async (useGit) => {
    using project = new GitProject();
    project.write("tool", "x", 0o755);
    Deno.symlinkSync("a", join(project.root, "link"));
    project.commit({ a: "1", "folder/b": "2" });
    make(project);
    deepStrictEqual(await changesOf(project, useGit), expected);
  });
}

testBothWays("a change beside the project's own folder counts", async (useGit) => {
  using project = new GitProject();
  project.commit({ "project/a": "1", "library/b": "2" });
  project.write("library/b", "new");
  deepStrictEqual(await changesOf(project, useGit, "project"), ["modified library/b"]);
});

testBothWays("ignored files do not count, by any of git's lists", async (useGit) => {
  using project = new GitProject();
  project.commit({
    ".gitignore": "*.log\n/build/\n!keep.log\n",
    "folder/.gitignore": "data\n!x.log\n",
    "folder/code": "1",
  });
  project.write(".git/info/exclude", "private\n");
  Deno.mkdirSync(join(project.home, ".config/git"), { recursive: true });
  Deno.writeTextFileSync(join(project.home, ".config/git/ignore"), "*~\n");
  for (
    const path of ["a.log", "build/x", "folder/data", "folder/deep/a.log", "private", "code~", "other/b.log"]
  ) {
    project.write(path, "x");
  }
  deepStrictEqual(await changesOf(project, useGit), []);

  for (const path of ["keep.log", "folder/x.log", "folder/build/x", "data"]) project.write(path, "x");
  deepStrictEqual(await changesOf(project, useGit), [
    "untracked data",
    "untracked folder/build/",
    "untracked folder/x.log",
    "untracked keep.log",
  ]);
});

testBothWays("a tracked file counts although it is ignored", async (useGit) => {
  using project = new GitProject();
  project.write(".gitignore", "*.csv\n");
  project.write("data.csv", "1");
  project.git("add", "-f", "data.csv");
  project.commit();
  project.write("data.csv", "2");
  deepStrictEqual(await changesOf(project, useGit), ["modified data.csv"]);
});

testBothWays("an unfinished merge is dirty, with and without conflicts", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.git("checkout", "-q", "-b", "side");
  project.commit({ a: "side" });
  project.git("checkout", "-q", "main");
  project.commit({ a: "main" });
  await rejects(() => Promise.resolve().then(() => project.git("merge", "side")), TypeError);
  deepStrictEqual(await changesOf(project, useGit), ["unfinished .git/MERGE_HEAD", "unmerged a"]);
  project.git("checkout", "--ours", "a");
  project.git("add", "a");
  deepStrictEqual(await changesOf(project, useGit), ["unfinished .git/MERGE_HEAD"]);
});

testBothWays("a repository without commits cannot be run from", async (useGit) => {
  using project = new GitProject();
  project.write("a", "1");
  await rejects(readWorktree(await project.open(useGit)), { code: "no_commit" });
});

testBothWays("a repository with submodules is refused, naming them", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  project.git("update-index", "--add", "--cacheinfo", `160000,${commit},vendor/lib`);
  project.git("commit", "-q", "-m", "submodule");
  await rejects(
    readWorktree(await project.open(useGit)),
    (error: { code: string; message: string }) =>
      error.code === "submodule_unsupported" && error.message.includes("vendor/lib"),
  );
});

testBothWays("a sparse checkout is clean, since code is taken from the commit", async (useGit) => {
  using project = new GitProject();
  project.commit({ "in/a": "1", "out/b": "2" });
  project.git("sparse-checkout", "set", "--no-cone", "/in/");
  deepStrictEqual(await changesOf(project, useGit), []);
});

testBothWays("the index is read in version 4 too", async (useGit) => {
  using project = new GitProject();
  project.commit({ "folder/aa": "1", "folder/ab": "2", "folder/abc/d": "3", z: "4" });
  project.git("update-index", "--index-version", "4");
  project.write("folder/ab", "new");
  deepStrictEqual(await changesOf(project, useGit), ["modified folder/ab"]);
});

testBothWays("a linked worktree is judged by its own index", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.git("worktree", "add", "-q", "-b", "side", project.beside("linked"));
  project.write("a", "dirty in the main one");
  const repository = await openRepository(project.beside("linked"), { useGit });
  strictEqual((await readWorktree(repository)).state, "clean");
});

testBothWays("a settled file is clean after it was touched without change", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  Deno.utimeSync(join(project.root, "a"), 1000, 1000);
  deepStrictEqual(await changesOf(project, useGit), []);
});

testBothWays("readWorktree() leaves the index as it is", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  Deno.utimeSync(join(project.root, "a"), 1000, 1000);
  const before = Deno.readFileSync(join(project.root, ".git/index"));
  await changesOf(project, useGit);
  deepStrictEqual(Deno.readFileSync(join(project.root, ".git/index")), before);
});

testBothWays("nothing that a repository configures is run", async (useGit) => {
  using project = new GitProject();
  project.commit({ ".gitattributes": "a filter=evil diff=evil\n", a: "1" });
  const trap = project.beside("trap");
  const marker = project.beside("sprung");
  Deno.writeTextFileSync(trap, `#!/bin/sh\ntouch ${marker}\ncat\n`);
  Deno.chmodSync(trap, 0o755);
  for (
    const key of [
      "core.fsmonitor",
      "filter.evil.clean",
      "filter.evil.smudge",
      "filter.evil.process",
      "diff.evil.textconv",
      "diff.external",
      "core.pager",
      "core.sshCommand",
    ]
  ) project.git("config", key, trap);
  for (const hook of ["post-index-change", "reference-transaction", "fsmonitor-watchman"]) {
    Deno.copyFileSync(trap, join(project.root, ".git/hooks", hook));
  }
  if (exists(marker)) Deno.removeSync(marker);
  project.write("a", "2");
  deepStrictEqual(await changesOf(project, useGit), ["modified a"]);
  strictEqual(exists(marker), false);

  // The trap is a good one: git on its own falls into it.
  project.git("status");
  strictEqual(exists(marker), true);
});

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
