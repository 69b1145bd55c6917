import assert from "node:assert/strict";
import { parseDigest } from "../model/digest.ts";
import { CONTAINER_LAYOUT, directoriesOf, programVariables } from "./run_contract.ts";

const RUN = {
  id: "kqzmkqzmkqzmkqzm",
  params: { seed: 7 },
  stageKey: parseDigest(`sha256:${"a".repeat(64)}`),
};

Deno.test("programVariables() tells a program in a container all that the run contract names", () => {
  assert.deepEqual(programVariables(CONTAINER_LAYOUT, {}, RUN), {
    AERO_INPUTS: "/aero/inputs",
    AERO_OUTPUTS: "/aero/outputs",
    AERO_PARAMS: "/aero/run/params.json",
    AERO_METRICS: "/aero/run/metrics.jsonl",
    AERO_RUN_ID: "kqzmkqzmkqzmkqzm",
    AERO_SEED: "7",
    PYTHONHASHSEED: "7",
    PYTHONPATH: "/aero/python",
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
  });
});

Deno.test("programVariables() lets the config set PYTHON… and nothing of AERO_…", () => {
  const env = {
    PYTHONHASHSEED: "1",
    PYTHONPATH: "/mine",
    PYTHONUNBUFFERED: "",
    AERO_RUN_ID: "mine",
    AERO_SEED: "9",
    OTHER: "x",
  };

  const variables = programVariables(CONTAINER_LAYOUT, env, RUN);

  assert.equal(variables.PYTHONHASHSEED, "1");
  assert.equal(variables.PYTHONPATH, "/aero/python:/mine");
  assert.equal(variables.PYTHONUNBUFFERED, "");
  assert.equal(variables.AERO_RUN_ID, RUN.id);
  assert.equal(variables.AERO_SEED, "7");
  assert.equal(variables.OTHER, "x");
});

Deno.test("programVariables() seeds runs of one stage key alike, where params have no seed", () => {
  const seed = (digit: string) =>
    programVariables(CONTAINER_LAYOUT, {}, {
      ...RUN,
      params: {},
      stageKey: parseDigest(`sha256:${digit.repeat(64)}`),
    }).AERO_SEED;

  assert.equal(seed("b"), seed("b"));
  assert.notEqual(seed("b"), seed("c"));
});

Deno.test("directoriesOf() names one directory each", () => {
  assert.deepEqual(directoriesOf("/in", ["a", "b"]), { a: "/in/a", b: "/in/b" });
});
