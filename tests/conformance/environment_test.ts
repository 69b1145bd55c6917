import assert from "node:assert/strict";
import { ContractBreach } from "../../core/plugin/conformance/case.ts";
import { environmentContract, type EnvironmentSubject } from "../../core/plugin/conformance/environment.ts";
import type { PluginContext } from "../../core/plugin/context.ts";
import type { HostEnvironment } from "../../core/plugin/environment.ts";
import { parseImageReference } from "../../core/plugin/environment.ts";
import type { EnvironmentPlugin } from "../../core/plugin/registry.ts";
import { dockerEnvironment } from "../../plugins/environments/docker/mod.ts";
import { hostEnvironment } from "../../plugins/environments/host/mod.ts";
import { podmanEnvironment } from "../../plugins/environments/podman/mod.ts";
import { FakeEngine } from "../support/fake_engine.ts";
import { testImage } from "../support/image_archive.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import {
  MUTANT_ENGINES,
  MUTANT_ENVIRONMENTS,
  PassThroughEnvironment,
} from "../support/mutant_environments.ts";

const IMAGE = Deno.env.get("AERO_TEST_IMAGE") ?? "localhost/aero-base:bookworm";

// What a clause builds.
const BUILT = "localhost/aero-conformance:built";

type TestSubject = EnvironmentSubject & AsyncDisposable;

function contextWith(variables: Readonly<Record<string, string>> = {}): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => variables[name] ?? Deno.env.get(name),
    log: () => {},
    dataDirectory: "/nowhere",
  };
}

async function surroundings() {
  const scratch = await Deno.realPath(await Deno.makeTempDir());
  return {
    scratch,
    path: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    // Deno sets or keeps it for whoever runs the tests.
    hostVariable: Deno.env.has("HOME") ? "HOME" : "PWD",
    close: () => Deno.remove(scratch, { recursive: true }),
  };
}

async function hostSubject(
  wrap: (inner: HostEnvironment) => HostEnvironment = (inner) => inner,
): Promise<TestSubject> {
  const around = await surroundings();
  const open = async () => {
    const environment = await hostEnvironment.open(contextWith());
    assert(environment.kind === "host");
    return wrap(environment);
  };
  const environment = await open();
  return {
    ...around,
    environment,
    open,
    openUnavailable: open,
    [Symbol.asyncDispose]: async () => {
      await environment[Symbol.asyncDispose]();
      await around.close();
    },
  };
}

async function containerSubject(
  plugin: EnvironmentPlugin,
  unavailable: Readonly<Record<string, string>>,
): Promise<TestSubject> {
  const open = () => plugin.open(contextWith());
  const environment = await open();
  assert(environment.kind === "container");
  const image = parseImageReference(IMAGE);
  await environment.resolve(image);
  const around = await surroundings();
  return {
    ...around,
    // The engines set HOME by themselves.
    hostVariable: "AERO_TEST_HOST_VARIABLE",
    environment,
    image,
    open,
    openUnavailable: () => plugin.open(contextWith(unavailable)),
    [Symbol.asyncDispose]: async () => {
      await environment[Symbol.asyncDispose]();
      await around.close();
      await new Deno.Command(plugin.name, { args: ["rmi", "--force", BUILT], stdout: "null", stderr: "null" })
        .output();
    },
  };
}

async function runContract(t: Deno.TestContext, subject: EnvironmentSubject): Promise<void> {
  Deno.env.set("AERO_TEST_HOST_VARIABLE", "seen");
  for (const clause of environmentContract) {
    const why = clause.skip?.(subject);
    const name = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
    await t.step({ name, ignore: why !== undefined, fn: () => clause.run(subject) });
  }
}

Deno.test("the host meets the environment contract", async (t) => {
  await using subject = await hostSubject();
  await runContract(t, subject);
});

const ENGINES = [
  // podman has no daemon: without its command on the PATH it does not answer.
  { name: "podman", plugin: podmanEnvironment, unavailable: { PATH: "/nowhere" } },
  { name: "docker", plugin: dockerEnvironment, unavailable: { DOCKER_HOST: "unix:///nowhere.sock" } },
];

for (const { name, plugin, unavailable } of ENGINES) {
  const opened = await subjectOrSkip(name, () => containerSubject(plugin, unavailable));
  const reason = "skipped" in opened ? ` (${opened.skipped})` : "";
  Deno.test({
    name: `${name} meets the environment contract${reason}`,
    ignore: "skipped" in opened,
    fn: async (t) => {
      if ("skipped" in opened) return;
      await using subject = opened.subject;
      await runContract(t, subject);
    },
  });
}

const notSkipped = (subject: EnvironmentSubject) =>
  environmentContract.filter((clause) => clause.skip?.(subject) === undefined);

Deno.test("a host that passes everything on keeps each clause that a mutant breaks", async () => {
  await using subject = await hostSubject((inner) => new PassThroughEnvironment(inner));

  for (const clause of notSkipped(subject)) await clause.run(subject);
});

for (const [Mutant, clauseName] of MUTANT_ENVIRONMENTS) {
  Deno.test(`the environment contract rejects ${Mutant.name}`, async () => {
    await using subject = await hostSubject((inner) => new Mutant(inner));
    const clause = notSkipped(subject).find(({ name }) => name === clauseName);

    assert.ok(clause, `there is no clause "${clauseName}" for the host`);
    await assert.rejects(clause.run(subject), ContractBreach);
  });
}

async function memorySubject(environment: FakeEngine): Promise<TestSubject> {
  const around = await surroundings();
  environment.names.set(IMAGE, testImage());
  return {
    ...around,
    environment,
    image: parseImageReference(IMAGE),
    open: () => Promise.resolve(environment),
    openUnavailable: () => Promise.resolve(environment),
    [Symbol.asyncDispose]: () => around.close(),
  };
}

Deno.test("an engine in memory keeps each clause that a mutant of it breaks", async () => {
  const names = new Set(MUTANT_ENGINES.map(([, name]) => name));
  for (const clause of environmentContract.filter(({ name }) => names.has(name))) {
    await using subject = await memorySubject(new FakeEngine());
    await clause.run(subject);
  }
});

for (const [Mutant, clauseName] of MUTANT_ENGINES) {
  Deno.test(`the environment contract rejects ${Mutant.name}`, async () => {
    await using subject = await memorySubject(new Mutant());
    const clause = environmentContract.find(({ name }) => name === clauseName);

    assert.ok(clause, `there is no clause "${clauseName}"`);
    await assert.rejects(clause.run(subject), ContractBreach);
  });
}
