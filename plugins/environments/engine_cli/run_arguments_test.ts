import assert from "node:assert/strict";
import { type ContainerSpec, EnvironmentError, type ImageDigest } from "../../../core/plugin/environment.ts";
import type { Engine } from "./engine.ts";
import { DOCKER, PODMAN } from "./quirks.ts";
import { mountValue, runArguments } from "./run_arguments.ts";

const IMAGE = `sha256:${"a".repeat(64)}` as ImageDigest;

const PODMAN_ENGINE: Engine = {
  command: { path: "/usr/bin/podman", variables: {} },
  quirks: PODMAN,
  name: "podman 4.3.1",
  capabilities: { gpus: true, networkNone: true, rootless: false, limits: true },
  init: true,
  user: "1000:1000",
  log: () => {},
};

const DOCKER_ENGINE: Engine = { ...PODMAN_ENGINE, quirks: DOCKER, name: "docker 20.10.24" };

const PLACE = { name: "aero-r1", imagePath: undefined, startedBy: "desk/1", terminal: undefined };

function specOf(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    runId: "r1",
    command: ["echo", "a b"],
    env: {},
    secrets: {},
    workingDirectory: "/aero/code",
    limits: {},
    image: IMAGE,
    mounts: [],
    network: "none",
    runArgs: [],
    pathPrefix: [],
    ...changes,
  };
}

/** The values that follow a flag. */
function valuesOf(args: readonly string[], flag: string): string[] {
  return args.flatMap((arg, i) => arg === flag ? [args[i + 1] ?? ""] : []);
}

Deno.test("runArguments() ends with extra flags, the image and the command as they are", () => {
  const args = runArguments(PODMAN_ENGINE, specOf({ runArgs: ["--ipc", "none"] }), PLACE);

  assert.deepEqual(args.slice(-5), ["--ipc", "none", IMAGE, "echo", "a b"]);
});

Deno.test("runArguments() names the container by its run and keeps it after its end", () => {
  const args = runArguments(PODMAN_ENGINE, specOf(), PLACE);

  assert.deepEqual(valuesOf(args, "--label"), ["aero.run=r1", "aero.process=desk/1"]);
  assert.equal(args.includes("--rm"), false);
});

Deno.test("runArguments() leaves the values of secrets out", () => {
  const args = runArguments(PODMAN_ENGINE, specOf({ env: { A: "1" }, secrets: { TOKEN: "hush" } }), PLACE);

  assert.deepEqual(valuesOf(args, "--env"), ["HOME=/tmp", "A=1", "TOKEN"]);
  assert.equal(args.join(" ").includes("hush"), false);
});

for (const name of ["PATH", "DOCKER_HOST", "LD_PRELOAD", "https_proxy", "CONTAINERS_CONF"]) {
  Deno.test(`runArguments() refuses a secret named ${name}, which would steer the engine`, () => {
    assert.throws(
      () => runArguments(PODMAN_ENGINE, specOf({ secrets: { [name]: "x" } }), PLACE),
      (error) => error instanceof EnvironmentError && error.code === "unsupported",
    );
  });
}

Deno.test("runArguments() puts pathPrefix before the program's, the image's or the usual PATH", () => {
  const pathIn = (env: Record<string, string>, imagePath: string | undefined) =>
    valuesOf(
      runArguments(PODMAN_ENGINE, specOf({ env, pathPrefix: ["/a", "/b"] }), { ...PLACE, imagePath }),
      "--env",
    ).find((value) => value.startsWith("PATH="));

  assert.equal(pathIn({ PATH: "/own" }, "/image"), "PATH=/a:/b:/own");
  assert.equal(pathIn({}, "/image"), "PATH=/a:/b:/image");
  assert.equal(
    pathIn({}, undefined),
    "PATH=/a:/b:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  );
});

Deno.test("runArguments() gives memory without swap beside it", () => {
  const args = runArguments(PODMAN_ENGINE, specOf({ limits: { cpus: 1.5, memoryBytes: 1024 } }), PLACE);

  assert.deepEqual(valuesOf(args, "--cpus"), ["1.5"]);
  assert.deepEqual(valuesOf(args, "--memory"), ["1024b"]);
  assert.deepEqual(valuesOf(args, "--memory-swap"), ["1024b"]);
});

Deno.test("runArguments() refuses limits where the engine ignores them, and GPUs are no limit", () => {
  const engine = { ...PODMAN_ENGINE, capabilities: { ...PODMAN_ENGINE.capabilities, limits: false } };

  for (const limits of [{ cpus: 1 }, { memoryBytes: 1024 }]) {
    assert.throws(
      () => runArguments(engine, specOf({ limits }), PLACE),
      (error) => error instanceof EnvironmentError && error.code === "unsupported",
    );
  }
  const args = runArguments(engine, specOf({ limits: { gpus: "all" } }), PLACE);
  assert.deepEqual(valuesOf(args, "--device"), ["nvidia.com/gpu=all"]);
});

Deno.test("runArguments() asks for a terminal only where there is one", () => {
  assert.equal(runArguments(DOCKER_ENGINE, specOf(), { ...PLACE, terminal: true }).includes("-it"), true);
  const piped = runArguments(DOCKER_ENGINE, specOf(), { ...PLACE, terminal: false });
  assert.equal(piped.includes("-it"), false);
  assert.equal(piped.includes("-i"), true);
  assert.equal(runArguments(DOCKER_ENGINE, specOf(), PLACE).includes("-i"), false);
});

Deno.test("runArguments() gives no hostname of its own on the host's network", () => {
  assert.deepEqual(valuesOf(runArguments(DOCKER_ENGINE, specOf(), PLACE), "--hostname"), ["aero"]);
  assert.deepEqual(
    valuesOf(runArguments(DOCKER_ENGINE, specOf({ network: "host" }), PLACE), "--hostname"),
    [],
  );
});

Deno.test("runArguments() leaves --init out where its program is missing", () => {
  assert.equal(runArguments({ ...PODMAN_ENGINE, init: false }, specOf(), PLACE).includes("--init"), false);
  assert.equal(runArguments(PODMAN_ENGINE, specOf(), PLACE).includes("--init"), true);
});

Deno.test("mountValue() quotes as CSV does", () => {
  assert.equal(
    mountValue({ source: '/a,b "c"', target: "/x y", writable: false }),
    'type=bind,"source=/a,b ""c""",target=/x y,readonly',
  );
  assert.equal(
    mountValue({ source: "/a:b", target: "/x", writable: true }),
    "type=bind,source=/a:b,target=/x",
  );
});

Deno.test("runArguments() refuses flags that a version may not have, also those of a record", () => {
  const taking = [
    "-d",
    "--detach",
    "--detach=true",
    "-itd",
    "-dv",
    "--rm",
    "--rm=true",
    "--name",
    "--name=x",
    "--cidfile",
  ];
  for (const flag of taking) {
    assert.throws(
      () => runArguments(PODMAN_ENGINE, specOf({ runArgs: ["--ipc", "none", flag] }), PLACE),
      (error: unknown) =>
        error instanceof EnvironmentError && error.code === "unsupported" &&
        error.report.what.includes(flag.split("=")[0]!),
      flag,
    );
  }
  runArguments(PODMAN_ENGINE, specOf({ runArgs: ["--device=/dev/kvm"] }), PLACE);
});
