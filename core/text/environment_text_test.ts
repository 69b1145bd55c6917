import assert from "node:assert/strict";
import type { ShownEnvironment } from "../actions/shown_environments.ts";
import { makeStyle } from "../cli/style.ts";
import { digestOf } from "../format/digest_of.ts";
import { environmentText } from "./environment_text.ts";

const style = makeStyle({ colour: false, now: () => new Date(0) });
const CONTAINER: ShownEnvironment = {
  type: "environment",
  stages: ["clean", "train"],
  kind: "container",
  use: "auto",
  platform: "linux/amd64",
  from: "python:3.12-slim",
  systemPackages: ["libgomp1"],
  network: "none",
  env: { OMP_NUM_THREADS: "1" },
  secrets: [{ name: "TOKEN", set: true }, { name: "KEY", set: false }],
  runArgs: ["--shm-size=2g"],
  limits: { cpus: 2, memoryBytes: 4e9, gpus: "all" },
  programApis: [],
  unservedApis: [],
};

Deno.test("an environment whose image is kept shows all that is set, and its packages", () => {
  const shown = {
    ...CONTAINER,
    image: digestOf("image"),
    kept: true,
    inventory: { deb: 1, pypi: 1 },
    programApis: ["one", "other"],
    packages: [
      { name: "libgomp1", ecosystem: "deb", version: "12.2.0" },
      { name: "numpy", ecosystem: "pypi", version: "2.0.1" },
    ],
  };

  assert.equal(
    environmentText(shown, style),
    `clean, train
  kind             container (auto)
  from             python:3.12-slim
  image            ${digestOf("image")}, in the storage
  platform         linux/amd64
  system packages  libgomp1
  network          none
  variables        OMP_NUM_THREADS=1
  secrets          TOKEN, KEY (not set)
  engine flags     --shm-size=2g
  limits           2 cpus, 4.0 GB, gpus all
  packages         1 deb, 1 pypi
  logging APIs     one, other

PACKAGE   VERSION  FROM
libgomp1  12.2.0   deb
numpy     2.0.1    pypi`,
  );
});

Deno.test("an environment without an API to log to says why", () => {
  const line = (unservedApis: ShownEnvironment["unservedApis"]) =>
    environmentText({ ...CONTAINER, unservedApis }, style).split("\n")
      .find((text) => text.includes("logging APIs"))?.replace("  logging APIs     ", "");

  assert.equal(line([]), "none");
  assert.equal(
    line([{ name: "one", why: "no_library" }, { name: "other", why: "no_library" }]),
    "none: the image has no one, other; environment.logging_apis serves it all the same",
  );
  assert.equal(
    line([{ name: "one", why: "left_out" }, { name: "other", why: "own_server" }]),
    "none: environment.logging_apis leaves out one; the project names a server of its own for other",
  );
});

Deno.test("an environment whose image is not known shows why, and what to type", () => {
  const problem = { code: "lock_missing", why: "aero.lock has no entry for it", fix: ["`aero build`"] };

  const text = environmentText({ ...CONTAINER, problem }, style);

  assert.match(text, /image {12}not known: aero\.lock has no entry for it/);
  assert.match(text, /hint: `aero build`/);
});
