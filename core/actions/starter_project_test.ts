import assert from "node:assert/strict";
import { readProjectFile } from "../config/project_file.ts";
import { projectNameFrom, starterProject } from "./starter_project.ts";

Deno.test("the starter project is a project file that can be read, with its comments taken away too", () => {
  const text = starterProject({ project: "bikes", image: "python:3.12-slim" });
  const uncommented = text.replaceAll(/^( *)# (train:| {2})/gm, "$1$2").replaceAll(/^ {2}# /gm, "  ");

  const { raw } = readProjectFile(text, "aero.yaml");
  const whole = readProjectFile(uncommented, "aero.yaml");

  assert.equal(raw.project, "bikes");
  assert.equal(raw.environment?.image, "python:3.12-slim");
  assert.deepEqual(Object.keys(raw.stages ?? {}), ["hello"]);
  assert.deepEqual(Object.keys(whole.raw.stages ?? {}), ["hello", "train"]);
  assert.equal(whole.raw.environment?.python_lock, "requirements.lock");
});

Deno.test("a project whose name looks like a number is still named by text", () => {
  assert.equal(
    readProjectFile(starterProject({ project: "2026", image: "a" }), "aero.yaml").raw.project,
    "2026",
  );
});

for (
  const [directory, name] of [
    ["/home/ada/bikes", "bikes"],
    ["/home/ada/Bike Demand (2)/", "Bike-Demand-2"],
    ["/x/.hidden..dir_", "hidden.dir"],
    ["/x/日本", undefined],
    ["/", undefined],
  ] as const
) {
  Deno.test(`projectNameFrom() of ${directory} is ${name}`, () => {
    assert.equal(projectNameFrom(directory), name);
  });
}
