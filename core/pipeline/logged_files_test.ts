import assert from "node:assert/strict";
import { isName } from "../model/name.ts";
import { claimLoggedFiles, loggedOutputName } from "./logged_files.ts";

/** Directories with these files, all empty. */
async function laidOut(...paths: string[]) {
  const root = await Deno.makeTempDir();
  for (const path of paths) {
    const full = `${root}/${path}`;
    await Deno.mkdir(path.endsWith("/") ? full : full.slice(0, full.lastIndexOf("/")), { recursive: true });
    if (!path.endsWith("/")) await Deno.writeTextFile(full, "");
  }
  const list = (directory: string): string[] =>
    [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
      isDirectory ? list(`${directory}/${name}`) : [`${directory}/${name}`.slice(root.length + 1)]
    ).sort();
  return {
    place: { outputs: `${root}/outputs`, logged: `${root}/logged` },
    files: () => list(root),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("a declared output that is empty gets the files of its name; all else is a further output", async () => {
  await using test = await laidOut(
    "outputs/model/",
    "outputs/report/own",
    "logged/api/model/a",
    "logged/api/report/b",
  );

  const further = claimLoggedFiles(test.place, "train", ["model", "report"]);

  assert.deepEqual(further, [{ name: "train_api", path: `${test.place.logged}/api` }]);
  assert.deepEqual(test.files(), ["logged/api/report/b", "outputs/model/a", "outputs/report/own"]);
});

Deno.test("an output that the program removed is empty, and one that is a file stays", async () => {
  await using test = await laidOut("outputs/odd", "logged/api/model/a", "logged/api/odd/b");

  claimLoggedFiles(test.place, "train", ["model", "odd"]);

  assert.deepEqual(test.files(), ["logged/api/odd/b", "outputs/model/a", "outputs/odd"]);
});

Deno.test("a stage can declare what is left of an API's files", async () => {
  await using test = await laidOut("outputs/train_api/", "logged/api/plots/a");

  assert.deepEqual(claimLoggedFiles(test.place, "train", ["train_api"]), []);
  assert.deepEqual(test.files(), ["outputs/train_api/plots/a"]);
});

Deno.test("where nothing was handed over there is no further output", () => {
  assert.deepEqual(claimLoggedFiles({ outputs: "/nowhere", logged: "/nowhere/logged" }, "train", []), []);
});

Deno.test("the name of a further output can be one, however long the stage's is", () => {
  assert.equal(loggedOutputName("train", "api"), "train_api");
  assert.ok(isName(loggedOutputName("s".repeat(128), "api")));
});
