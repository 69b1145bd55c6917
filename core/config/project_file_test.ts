import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { MOST_JSON_LEVELS } from "../model/json.ts";
import type { Registry } from "../plugin/registry.ts";
import { Environment } from "./env.ts";
import { loadProjectFrom } from "./load.ts";
import type { ProjectConfig } from "./project_config.ts";

const NO_DIRECTORIES = { config: "/nowhere/c", cache: "/nowhere/k", data: "/nowhere/d", state: "/nowhere/s" };
const registry = {
  storages: [{ name: "local", config: { safeParse: (data: unknown) => ({ success: true, data }) } }],
  environments: [{ name: "docker" }, { name: "host" }],
  trackers: [],
  programApis: [{ name: "notes" }, { name: "journal" }],
} as unknown as Registry;

async function load(text: string, env: Record<string, string> = {}): Promise<ProjectConfig> {
  const sources = { registry, directories: NO_DIRECTORIES, environment: new Environment(env) };
  return (await loadProjectFrom(text, sources)).project;
}

async function fault(text: string): Promise<string> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.report.why}`;
    throw error;
  }
  return "none";
}

Deno.test("a project of a name alone has every default", async () => {
  const environment = {
    use: "auto",
    systemPackages: [],
    network: "none",
    env: {},
    secrets: [],
    runArgs: [],
    limits: {},
  };
  assert.deepEqual(await load("project: bikes"), {
    project: "bikes",
    storage: { use: "local", options: {} },
    trackers: [],
    environment,
    params: {},
    stages: {},
  });
});

Deno.test("a stage is read with all it says", async () => {
  const { stages } = await load(`
project: bikes
environment: { image: "python:3.12", env: { A: "1", B: "2" }, limits: { cpus: 2 } }
stages:
  train:
    command: [python, train.py]
    inputs: { data: "cleaned:v3", raw: other/raw@best }
    outputs: [model]
    metrics: ./out/metrics.json
    code: [./src/, train.py]
    params: [seed]
    tolerance: { rmse: 0.5, mae: 1% }
    code_access: read-only
    environment: { use: host, build: {}, env: { B: "3" }, limits: { memory: 4g, gpus: 1 } }
`);
  assert.deepEqual(stages.train, {
    command: ["python", "train.py"],
    inputs: { data: "cleaned:v3", raw: "other/raw@best" },
    outputs: ["model"],
    metrics: "out/metrics.json",
    code: ["src", "train.py"],
    params: ["seed"],
    tolerance: { rmse: { kind: "absolute", by: 0.5 }, mae: { kind: "relative", by: 0.01 } },
    codeAccess: "read-only",
    environment: {
      use: "host",
      build: { dockerfile: "Dockerfile", context: "." },
      systemPackages: [],
      network: "none",
      env: { A: "1", B: "3" },
      secrets: [],
      runArgs: [],
      limits: { cpus: 2, memoryBytes: 4 * 2 ** 30, gpus: "1" },
    },
  });
});

Deno.test("a stage's own list of logging APIs takes the place of the project's", async () => {
  const { environment, stages } = await load(`
project: bikes
environment: { logging_apis: [notes] }
stages:
  same: { command: x, environment: { network: host } }
  other: { command: x, environment: { logging_apis: [journal] } }
  none: { command: x, environment: { logging_apis: [] } }
`);

  assert.deepEqual(environment.loggingApis, ["notes"]);
  assert.deepEqual(Object.values(stages).map((stage) => stage.environment.loggingApis), [
    ["notes"],
    ["journal"],
    [],
  ]);
});

Deno.test("a variable that chooses the environment holds for stages too", async () => {
  const text =
    "project: b\nenvironment: { use: docker }\nstages: { s: { command: x, environment: { use: docker } } }";
  const { environment, stages } = await load(text, { AERO_ENVIRONMENT: "host" });

  assert.equal(environment.use, "host");
  assert.equal(stages.s?.environment.use, "host");
});

Deno.test("stages keep the order of the file, and may be named like members of Object", async () => {
  const { stages } = await load(
    "project: b\nstages: { z: {command: x}, constructor: {command: y}, a: {command: z} }",
  );
  assert.deepEqual(Object.keys(stages), ["z", "constructor", "a"]);
});

Deno.test("params stay as they are written: dates are text, and so is yes", async () => {
  const { params } = await load(
    'project: b\nparams: { day: 2026-01-01, on: yes, n: 1e3, l: [1, null], t: "5" }',
  );
  assert.deepEqual(params, { day: "2026-01-01", on: "yes", n: 1000, l: [1, null], t: "5" });
});

Deno.test("a mapping takes over what another has, but for what it says itself", async () => {
  const { params, stages } = await load(`
project: b
params:
  <<: &common { depth: 5, seed: 1 }
  seed: 7
stages:
  train: &train { command: train.py, outputs: [model], code: [src] }
  tune:
    <<: *train
    outputs: [tuned]
  both: { <<: [*train, { metrics: m.json }], outputs: [twice] }
`);

  assert.deepEqual(params, { depth: 5, seed: 7 });
  assert.deepEqual([stages.tune?.outputs, stages.tune?.code], [["tuned"], ["src"]]);
  assert.deepEqual([stages.both?.outputs, stages.both?.metrics], [["twice"], "m.json"]);
});

const FAULTY: readonly (readonly [string, RegExp])[] = [
  ["", /config_invalid: .*it is empty, not a mapping/],
  ["- a", /it is a list, not a mapping/],
  ["stages: {}", /project: it is missing/],
  ["project: -x", /project: a name has/],
  [
    "project: b\nproject: c",
    /config_unreadable: line 2, column 1: map keys must be unique\n2 \| project: c\n {4}\^/,
  ],
  ["project: [", /config_unreadable: line 1/],
  [
    "project: b\n---\nproject: c",
    /config_unreadable: line 2, column 1: a second document begins here, and one is read\n/,
  ],
  ["project: b\nparams: { <<: 3 }", /config_unreadable: merge sources must be maps/],
  [
    "project: b\nstages: { a: &a { command: x, nope: y }, b: { <<: *a } }",
    /stages\.b\.nope: there is no such key/,
  ],
  ["project: !!set {b}", /config_unreadable/],
  ["project: b\nparams: {__proto__: {x: 1}}", /"__proto__" cannot be used/],
  ["project: b\nparams: 3", /params: it is not a mapping/],
  ["project: b\nparams: {a: [1, .inf]}", /params: a\[1\]: it is Infinity/],
  ["project: b\nparams: &p {a: *p}", /params: a\.a.*…: it is more than 200 levels deep/],
  ["project: b\nparams: &p {a: *p, b: __proto__}", /it is more than 200 levels deep/],
  ['project: b\nenvironment: {env: {A: "a\\0b"}}', /environment\.env\.A: it has a NUL/],
  ['project: b\nenvironment: {run_args: ["\\ud800"]}', /run_args\[0\]: .*not valid Unicode/],
  [
    "project: b\nenvironment: {run_args: [--shm-size, 2g, -v, '/home:/u']}",
    /run_args\[2\]: "-v" cannot be given: it would let files of the machine into the run without being recorded; declare them as `inputs:`/,
  ],
  ["project: b\nstages: {s: {command: x, environment: {run_args: [-d]}}}", /run_args\[0\]: "-d" cannot be/],
  ['project: b\nstages: {s: {command: "a \\ud800"}}', /stages\.s\.command: /],
  ['project: b\nstages: {s: {command: [a, "\\0"]}}', /stages\.s\.command/],
  ["project: b\nstages: {s: {command: ['']}}", /stages\.s\.command: the name of the program is empty/],
  ["project: b\nstages: {s: {}}", /stages\.s\.command: /],
  ["project: b\nstages: {s: {command: []}}", /stages\.s\.command: it is empty/],
  ["project: b\nstages: {s: {command: ''}}", /stages\.s\.command: /],
  ["project: b\nstages: {s: {command: x, code: []}}", /code: it is empty/],
  ["project: b\nstages: {s: {command: x, code: [../y]}}", /code\[0\]: it climbs out/],
  ["project: b\nstages: {s: {command: x, metrics: /etc/x}}", /metrics: it is absolute/],
  ["project: b\nstages: {s: {command: x, outputs: [a b]}}", /outputs\[0\]: a name has/],
  ["project: b\nstages: {s: {command: x, inputs: {d: 'a:v0'}}}", /inputs\.d: a version is/],
  ["project: b\nstages: {s: {command: x, tolerance: {m: -1}}}", /tolerance\.m: write a number/],
  ["project: b\nenvironment: {image: a, build: {}}", /image and build exclude each other/],
  ["project: b\nenvironment: {image: A B}", /environment\.image: /],
  ["project: b\nenvironment: {env: {AERO_X: '1'}}", /environment\.env.*set by aero/],
  ["project: b\nenvironment: {env: {T: x}, secrets: [T]}", /environment\.env\.T: it is a secret as well/],
  ["project: b\nenvironment: {limits: {memory: lots}}", /limits\.memory: write a size/],
  [
    "project: b\nenvironment: {use: dokcer}",
    /line 2, column 20: environment\.use: there is no "dokcer"; did you mean "docker"/,
  ],
  [
    "project: b\nenvironment: {logging_apis: [notes, jornal]}",
    /line 2, column 37: environment\.logging_apis\[1\]: there is no "jornal"; did you mean "journal"\?$/,
  ],
  [
    "project: b\nstages: {s: {command: x, environment: {logging_apis: [what]}}}",
    /stages\.s\.environment\.logging_apis\[0\]: there is no "what"; it can be notes, journal$/,
  ],
  ["project: b\nenvironment: {logging_apis: [notes, notes]}", /the API "notes" stands twice/],
  ["project: b\nenvironment: {logging_apis: notes}", /environment\.logging_apis: /],
  ["project: b\nstorage: {use: loacl}", /storage\.use: there is no "loacl"; did you mean "local"/],
  ["project: b\nstorage: {path: /x}", /storage\.use: it is missing/],
  ["project: b\ntrackers: [{use: some}]", /trackers\[0\]\.use: there is no "some"; /],
];
for (const [text, why] of FAULTY) {
  Deno.test(`a config is refused: ${JSON.stringify(text)}`, async () => {
    assert.match(await fault(text), why);
  });
}

Deno.test("params are as deep as a version can hold, and no deeper", async () => {
  // The list is a level below the params.
  const most = MOST_JSON_LEVELS;
  const nested = (levels: number) => `project: b\nparams: {a: ${"[".repeat(levels)}${"]".repeat(levels)}}`;

  assert.ok("a" in (await load(nested(most))).params);
  assert.match(await fault(nested(most + 1)), /it is more than 200 levels deep/);
});

Deno.test("a few lines cannot grow into gigabytes", async () => {
  const lines = ["project: b", "params:", "  a: &a [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i++) {
    const last = String.fromCharCode(96 + i), next = String.fromCharCode(97 + i);
    lines.push(`  ${next}: &${next} [${Array(9).fill(`*${last}`).join(", ")}]`);
  }
  assert.match(await fault(lines.join("\n")), /config_unreadable: excessive alias count/);
});
