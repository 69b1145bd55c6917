import assert from "node:assert/strict";
import { openRepository } from "../../source/repository.ts";
import { type CommitFiles, commitFilesIn, commitFilesOf } from "./commit_files.ts";

async function withFiles(use: (files: CommitFiles, root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const folder of ["a", "a.d", "bin", "empty/deeper", ".git"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    await Deno.writeTextFile(`${root}/a/one`, "one\n");
    await Deno.writeTextFile(`${root}/a-b`, "x");
    await Deno.writeTextFile(`${root}/a.d/y`, "y");
    await Deno.writeTextFile(`${root}/bin/run`, "#!/bin/sh\n");
    await Deno.chmod(`${root}/bin/run`, 0o755);
    await Deno.symlink("a/one", `${root}/link`);
    await Deno.writeTextFile(`${root}/.git/config`, "");
    await use(commitFilesIn(() => Promise.resolve(root)), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("objectId() gives the mode and object id that git gives", () =>
  withFiles(async (files) => {
    // From `git ls-tree` of a commit with the same files.
    const ids = {
      "": "40000 86b469afcd78e5c3509c3b15c2c122b323f047c8",
      "a": "40000 32b97a7332f485ca3b3fd33067b39c1ccd422ae2",
      "a-b": "100644 c1b0730e0133447badcfd47fd144e254807b06e1",
      "bin/run": "100755 1a2485251c33a70432394c93fb89330ef214bfc9",
      "link": "120000 e78e69c1a5ff544adfb73f6e88a992f6200c94bb",
    };

    for (const [path, id] of Object.entries(ids)) assert.equal(await files.objectId(path), id, path);
  }));

Deno.test("what the commit does not have is undefined", () =>
  withFiles(async (files) => {
    for (const path of ["none", "a-b/none"]) {
      assert.equal(await files.objectId(path), undefined);
      assert.equal(await files.read(path), undefined);
    }
    assert.equal(await files.read("a"), undefined, "a directory is no file");
  }));

Deno.test("read() gives files only, and follows no link", () =>
  withFiles(async (files, root) => {
    await Deno.symlink("/etc", `${root}/leaves`);

    assert.equal(new TextDecoder().decode(await files.read("a/one")), "one\n");
    for (const path of ["link", "leaves/passwd", "../etc/passwd"]) {
      assert.equal(await files.read(path), undefined);
    }
  }));

Deno.test("a repository and a checkout of it give the same files", () =>
  withFiles(async (files, root) => {
    const git = async (...args: string[]) => {
      const { success, stdout } = await new Deno.Command("git", { args: ["-C", root, ...args] }).output();
      assert.ok(success);
      return new TextDecoder().decode(stdout).trim();
    };
    await Deno.remove(`${root}/.git`, { recursive: true });
    await git("init", "-q");
    await git("add", "-A");
    const tree = await git("write-tree");
    const { objects } = await openRepository(root, { variables: () => undefined });

    for (const prefix of ["", "a"]) {
      const inside = commitFilesOf(objects, tree, prefix, () => Promise.resolve(root));
      for (const path of ["", "one", "a/one", "a-b", "a.d", "bin/run", "link", "none"]) {
        const whole = [prefix, path].filter((part) => part !== "").join("/");
        assert.equal(await inside.objectId(path), await files.objectId(whole), whole);
        assert.deepEqual(await inside.read(path), await files.read(whole), whole);
      }
    }
  }));
