import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";
import { checkoutTree } from "./checkout.ts";
import { lfsPointers } from "./lfs.ts";
import { refuseSubmodules, treeEntries } from "./tree_entries.ts";

/** Path to what is there: mode in octal and content, or `-> target`; folders as `dir`. */
function listing(directory: string, prefix = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (
    const { name } of [...Deno.readDirSync(join(directory, prefix))].sort((a, b) => a.name < b.name ? -1 : 1)
  ) {
    const path = prefix + name;
    const info = Deno.lstatSync(join(directory, path));
    const mode = (info.mode! & 0o7777).toString(8);
    if (info.isSymlink) found[path] = `-> ${Deno.readLinkSync(join(directory, path))}`;
    else if (info.isDirectory) {
      Object.assign(found, { [path]: `dir ${mode}` }, listing(directory, `${path}/`));
    } else found[path] = `${mode} ${Deno.readTextFileSync(join(directory, path))}`;
  }
  return found;
}

const rootTree = (project: GitProject) => project.git("rev-parse", "HEAD^{tree}");

testBothWays(
  "checkoutTree() writes files, executables, links and folders with fixed modes",
  async (useGit) => {
    using project = new GitProject();
    project.write("run.sh", "#!/bin/sh\n", 0o755);
    Deno.symlinkSync("deep/er/x", join(project.root, "inside"));
    Deno.symlinkSync("/etc/passwd", join(project.root, "outside"));
    project.commit({ a: "1", "deep/er/x": "2", "deep/copy": "1", empty: "" });
    const { objects } = await project.open(useGit);
    const target = project.beside("out");
    const umask = Deno.umask(0o077);
    try {
      deepStrictEqual(
        await checkoutTree(objects, rootTree(project), target, { modifiedAt: 1_600_000_000_000 }),
        {
          files: 5,
          links: 2,
          bytes: 13,
          lfsPointers: [],
        },
      );
    } finally {
      Deno.umask(umask);
    }
    deepStrictEqual(listing(target), {
      a: "644 1",
      deep: "dir 755",
      "deep/copy": "644 1",
      "deep/er": "dir 755",
      "deep/er/x": "644 2",
      empty: "644 ",
      inside: "-> deep/er/x",
      outside: "-> /etc/passwd",
      "run.sh": "755 #!/bin/sh\n",
    });
    for (const path of ["a", "deep", "."]) {
      strictEqual(Deno.statSync(join(target, path)).mtime!.getTime(), 1_600_000_000_000, path);
    }
  },
);

testBothWays("checkoutTree() writes names with spaces, quotes, line feeds and umlauts", async (useGit) => {
  using project = new GitProject();
  const names = ['a "b"', "line\nfeed", "ü 日本", "back\\slash", "-dash", "tab\t", "'", "e\u0301"];
  project.commit(Object.fromEntries(names.map((name) => [`dir ${name}/${name}`, name])));
  const { objects } = await project.open(useGit);
  await checkoutTree(objects, rootTree(project), project.beside("out"));
  for (const name of names) {
    strictEqual(Deno.readTextFileSync(join(project.beside("out"), `dir ${name}`, name)), name);
  }
});

testBothWays("ignored and untracked files are never in a checkout", async (useGit) => {
  using project = new GitProject();
  project.commit({ ".gitignore": "secret\n", a: "1" });
  project.write("secret", "x");
  project.write("untracked", "x");
  project.write("a", "changed");
  const { objects } = await project.open(useGit);
  await checkoutTree(objects, rootTree(project), project.beside("out"));
  deepStrictEqual(listing(project.beside("out")), { ".gitignore": "644 secret\n", a: "644 1" });
});

testBothWays("filters, line-end rules and export rules do not change a checkout", async (useGit) => {
  using project = new GitProject();
  project.commit({ lf: "a\nb\n", crlf: "a\r\nb\r\n", id: "$Id$\n", hidden: "x", filtered: "raw\n" });
  project.git("config", "core.autocrlf", "true");
  project.git("config", "filter.shout.smudge", "tr a-z A-Z");
  const blobs = Object.fromEntries(
    ["lf", "crlf", "id", "hidden", "filtered"].map((
      name,
    ) => [name, project.git("rev-parse", `HEAD:${name}`)]),
  );
  const tree = project.tree([
    {
      mode: "100644",
      name: ".gitattributes",
      oid: project.blob("lf eol=crlf\nid ident\nhidden export-ignore\nfiltered filter=shout\n"),
    },
    ...Object.entries(blobs).sort().map(([name, oid]) => ({ mode: "100644", name, oid })),
  ]);
  const { objects } = await project.open(useGit);
  await checkoutTree(objects, tree, project.beside("out"));
  const { ".gitattributes": _, ...rest } = listing(project.beside("out"));
  deepStrictEqual(rest, {
    crlf: "644 a\r\nb\r\n",
    filtered: "644 raw\n",
    hidden: "644 x",
    id: "644 $Id$\n",
    lf: "644 a\nb\n",
  });
});

testBothWays("checkoutTree() refuses names that climb, hide a repository or stand twice", async (useGit) => {
  using project = new GitProject();
  const oid = project.blob("x");
  const file = (name: string) => ({ mode: "100644", oid, name });
  const inner = project.tree([file("config")]);
  const { objects } = await project.open(useGit);
  const trees = [
    [file("..")],
    [file(".")],
    [file("")],
    [file("a/b")],
    [file("/etc")],
    [file(".git")],
    [file(".GiT")],
    [file("git~1")],
    [file(".g\u200cit")],
    [file("a"), file("a")],
    [{ mode: "120000", oid: project.blob("/etc"), name: "a" }, { mode: "40000", oid: inner, name: "a" }],
    [{ mode: "40000", oid: inner, name: ".git" }],
    [{ mode: "40000", oid: project.tree([file("..")]), name: "deep" }],
  ];
  for (const [index, entries] of trees.entries()) {
    const target = project.beside(`out${index}`);
    const checkout = checkoutTree(objects, project.tree(entries), target);
    await rejects(checkout, { code: "tree_unsafe" }, entries.map(({ name }) => name).join());
    await rejects(Deno.stat(target), Deno.errors.NotFound);
  }
});

testBothWays("checkoutTree() refuses a name that is not UTF-8", async (useGit) => {
  using project = new GitProject();
  const bytes = [...new TextEncoder().encode("100644 "), 0xff, 0, ...Uint8Array.fromHex(project.blob("x"))];
  const tree = project.gitWith(Uint8Array.from(bytes), "hash-object", "-t", "tree", "-w", "--stdin");
  const { objects } = await project.open(useGit);
  await rejects(checkoutTree(objects, tree, project.beside("out")), { code: "path_unsupported" });
});

testBothWays("checkoutTree() refuses submodules, naming them and a way out", async (useGit) => {
  using project = new GitProject();
  const commit = project.commit({ a: "1" });
  project.git("update-index", "--add", "--cacheinfo", `160000,${commit},vendor/lib`);
  const { objects } = await project.open(useGit);
  await rejects(checkoutTree(objects, project.git("write-tree"), project.beside("out")), (error: Error) => {
    strictEqual((error as Error & { code: string }).code, "submodule_unsupported");
    return error.message.includes("vendor/lib");
  });
});

testBothWays("checkoutTree() leaves a folder with something in it alone", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  project.write("../out/mine", "x");
  const { objects } = await project.open(useGit);
  await rejects(checkoutTree(objects, rootTree(project), project.beside("out")), {
    code: "directory_not_empty",
  });
  deepStrictEqual(listing(project.beside("out")), { mine: "644 x" });
});

testBothWays("checkoutTree() stops with the reason of its signal", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  const { objects } = await project.open(useGit);
  const checkout = checkoutTree(objects, rootTree(project), project.beside("out"), {
    signal: AbortSignal.abort(),
  });
  await rejects(checkout, { name: "AbortError" });
});

testBothWays("an empty tree gives an empty folder", async (useGit) => {
  using project = new GitProject();
  project.commit();
  const { objects } = await project.open(useGit);
  await checkoutTree(objects, rootTree(project), project.beside("out"));
  deepStrictEqual(listing(project.beside("out")), {});
});

testBothWays("2,000 files and one of 3 MB are checked out whole", async (useGit) => {
  using project = new GitProject();
  for (let i = 0; i < 2000; i++) project.write(`folder${i % 40}/file${i}`, `content ${i}`);
  const large = new Uint8Array(3_000_000).map((_, i) => (i * 2654435761) >>> 24);
  project.commit({ large });
  const { objects } = await project.open(useGit);
  const summary = await checkoutTree(objects, rootTree(project), project.beside("out"));
  strictEqual(summary.files, 2001);
  strictEqual(Deno.readTextFileSync(project.beside("out/folder39/file1999")), "content 1999");
  deepStrictEqual(Deno.readFileSync(project.beside("out/large")), large);
});

testBothWays("pointers of git-lfs are noticed, and other files are not", async (useGit) => {
  using project = new GitProject();
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a".repeat(64) +
    "\nsize 12345\n";
  project.commit({
    "models/big.bin": pointer,
    "notes.md": `text\n${pointer}`,
    long: pointer + "x".repeat(2000),
  });
  const { objects } = await project.open(useGit);
  deepStrictEqual(await lfsPointers(objects, rootTree(project)), ["models/big.bin"]);
  const summary = await checkoutTree(objects, rootTree(project), project.beside("out"));
  deepStrictEqual(summary.lfsPointers, ["models/big.bin"]);
});

testBothWays("treeEntries() lists what is in a tree, with kinds", async (useGit) => {
  using project = new GitProject();
  project.write("run", "x", 0o755);
  Deno.symlinkSync("run", join(project.root, "link"));
  const commit = project.commit({ "b/c": "1" });
  project.git("update-index", "--add", "--cacheinfo", `160000,${commit},sub`);
  const { objects } = await project.open(useGit);
  const entries = await treeEntries(objects, project.git("write-tree"));
  deepStrictEqual(entries.map(({ path, mode, kind }) => [path, mode, kind]), [
    ["b/c", "100644", "file"],
    ["link", "120000", "link"],
    ["run", "100755", "executable"],
    ["sub", "160000", "submodule"],
  ]);
  strictEqual(refuseSubmodules(entries.slice(0, 3)), undefined);
});
