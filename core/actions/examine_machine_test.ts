import assert from "node:assert/strict";
import { z } from "zod";
import { CutStorage } from "../../tests/support/cut_storage.ts";
import { memoryIo } from "../../tests/support/memory_io.ts";
import { TestProject } from "../../tests/support/open_project.ts";
import { App } from "../app.ts";
import { NO_GLOBALS } from "../cli/global_flags.ts";
import { makePrinter } from "../cli/printer.ts";
import { UserError } from "../errors.ts";
import { EnvironmentError } from "../plugin/environment.ts";
import { defineRegistry, defineStorage, type EnvironmentPlugin } from "../plugin/registry.ts";
import { examineDirectory } from "./examine_directory.ts";
import { examineEngines } from "./examine_engines.ts";
import { checked, examineMachine, type MachineCheck } from "./examine_machine.ts";
import { clockFault } from "./probe_storage.ts";

const NO_STORAGE = defineStorage({
  kind: "storage",
  name: "none",
  summary: "Is never opened",
  config: z.strictObject({}),
  open: () => Promise.reject(new TypeError("unused")),
});

function engine(name: string, works: boolean): EnvironmentPlugin {
  return {
    kind: "environment",
    name,
    summary: name,
    opens: "host",
    automatic: true,
    open: () =>
      works
        ? Promise.resolve({
          kind: "host",
          capabilities: { gpus: false, networkNone: true, rootless: true, limits: true },
          run: () => Promise.reject(new TypeError("unused")),
          removeLeftovers: () => Promise.resolve(0),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        })
        : Promise.reject(
          new EnvironmentError("engine_unavailable", { what: "Cannot", why: "gone", fix: ["start it"] }),
        ),
  };
}

/** Subject to state, with the engines of these names working or not. */
async function engineStates(
  use: string,
  engines: Readonly<Record<string, boolean>>,
): Promise<Record<string, string>> {
  const directory = await Deno.makeTempDir();
  const io = memoryIo({ cwd: directory, env: { HOME: directory, AERO_ENVIRONMENT: use } });
  const printer = makePrinter(io, { json: false, quiet: false, verbose: false, colour: "never" });
  const environments = Object.entries(engines).map(([name, works]) => engine(name, works));
  await using app = new App(
    { io, printer, globals: NO_GLOBALS, signal: io.signal, version: "0" },
    () =>
      Promise.resolve(
        defineRegistry({
          storages: [NO_STORAGE],
          environments,
          dataSources: [],
          services: [],
          trackers: [],
          programApis: [],
        }),
      ),
  );
  const checks = await Array.fromAsync(examineEngines(app));
  await Deno.remove(directory, { recursive: true });
  return Object.fromEntries(checks.map(({ subject, state, fix }) => [subject, `${state} ${fix.length}`]));
}

for (
  const [use, engines, expected] of [
    ["auto", { one: true, two: false }, { one: "ok 0", two: "warning 0" }],
    ["auto", { one: false, two: false }, { one: "problem 1", two: "problem 1" }],
    ["two", { one: true, two: false }, { one: "ok 0", two: "problem 1" }],
    ["two", { one: false, two: true }, { one: "warning 0", two: "ok 0" }],
  ] as const
) {
  Deno.test(`engines ${JSON.stringify(engines)} where ${use} is asked for`, async () => {
    assert.deepEqual(await engineStates(use, engines), expected);
  });
}

Deno.test("a failure that is foreseen is a problem with its fix; a bug is thrown on", async () => {
  const failing = (error: Error) => Array.fromAsync(checked("disk", () => Promise.reject(error)));
  const expected: MachineCheck = {
    type: "check",
    subject: "disk",
    state: "problem",
    detail: "Cannot write: it is full",
    fix: ["make room"],
  };

  const foreseen = new UserError("full", { what: "Cannot write", why: "it is full", fix: ["make room"] });
  assert.deepEqual(await failing(foreseen), [expected]);
  await assert.rejects(failing(new TypeError("bug")), /bug/);
});

Deno.test("a directory that is a file cannot be written", async () => {
  const file = await Deno.makeTempFile();

  const check = await examineDirectory("cache", file);

  assert.equal(check.state, "problem");
  assert.match(check.detail, /cannot be written/);
  await Deno.remove(file);
});

Deno.test("examining a machine leaves nothing in storage or directories", async () => {
  await using project = new TestProject({ storage: "memory" });
  project.commit({});
  const keys = () => [...project.objects.keys()];

  await using app = project.open();
  const checks = await Array.fromAsync(examineMachine(app));

  assert.deepEqual(checks.filter(({ state }) => state === "problem"), []);
  // Which container engines there are is up to the machine.
  const subjects = checks.map(({ subject }) => subject).filter((name) =>
    name !== "podman" && name !== "docker"
  );
  assert.deepEqual(subjects, [
    "config",
    "git",
    "host",
    "storage",
    "cache",
    "state",
    "temporary files",
    "python3",
    "terminal",
  ]);
  assert.deepEqual(keys(), ["aero.json"]);
});

for (
  const [storedAt, now, expected] of [
    [Date.UTC(2026), Date.UTC(2026) + 59_000, undefined],
    [Date.UTC(2026), Date.UTC(2026) + 120_000, "the clock of this machine is 2 min ahead of the storage's"],
    [Date.UTC(2026) + 7_200_000, Date.UTC(2026), "the clock of this machine is 2 h behind the storage's"],
    [Date.UTC(2026), Date.UTC(1970), "the clock of this machine was never set"],
  ] as const
) {
  Deno.test(`clockFault() of ${storedAt} at ${now} is ${expected}`, () => {
    assert.equal(clockFault(storedAt, now), expected);
  });
}

Deno.test("a storage that is away, or not to be asked, is told, and no probe waits for it", async () => {
  await using project = new TestProject({ storage: "memory" });
  project.commit({});
  const examined = async (env: Record<string, string>) => {
    await using app = project.open({ env: { ...project.env, ...env } });
    const checks = await Array.fromAsync(examineMachine(app));
    const { store } = (await app.openProject()).services;
    assert.equal(store.outbox?.hasHeld, false);
    return checks.find(({ subject }) => subject === "storage")!;
  };

  const offline = await examined({ AERO_OFFLINE: "1" });
  assert.deepEqual([offline.state, /not asked: offline/.test(offline.detail)], ["warning", true]);

  await examined({});
  project.wrap = (storage) => new CutStorage(storage, 0);
  const away = await examined({});
  assert.equal(away.state, "problem");
  assert.match(away.detail, /the test cut it off/);
});
