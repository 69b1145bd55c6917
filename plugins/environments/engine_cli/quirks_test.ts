import assert from "node:assert/strict";
import { DOCKER, PODMAN, type Quirks } from "./quirks.ts";

/** What the engines printed when asked. */
const SAID: readonly (readonly [Quirks, "unavailable" | "imageMissing" | undefined, string])[] = [
  [PODMAN, "imageMissing", "Error: inspecting object: nonex: image not known"],
  [PODMAN, "imageMissing", "Error: sha256:f4cd: image not known"],
  [PODMAN, "unavailable", "Cannot connect to Podman. Please verify your connection to the Linux system"],
  [
    PODMAN,
    undefined,
    'pinging container registry localhost:1: Get "https://localhost:1/v2/": connection refused',
  ],
  [DOCKER, "imageMissing", "Error response from daemon: no such image: nonex: No such image: nonex:latest"],
  [
    DOCKER,
    "unavailable",
    "Cannot connect to the Docker daemon at unix:///nonex. Is the docker daemon running?",
  ],
  [DOCKER, "unavailable", "permission denied while trying to connect to the Docker daemon socket"],
  [DOCKER, undefined, 'Error response from daemon: Get "http://localhost/v2/": dial tcp: connection refused'],
];

for (const [quirks, wanted, said] of SAID) {
  Deno.test(`${quirks.program}'s words mean ${wanted ?? "neither"}: ${said.slice(0, 60)}`, () => {
    assert.equal(quirks.unavailable.test(said), wanted === "unavailable");
    assert.equal(quirks.imageMissing.test(said), wanted === "imageMissing");
  });
}

Deno.test("podman's init says that it cannot start a program", () => {
  const said = "ERROR (catatonit:7): failed to exec pid1: No such file or directory\n";

  assert.equal(PODMAN.initFailure.words.exec(said)?.[1], "failed to exec pid1: No such file or directory");
});

Deno.test("podman's init says the same through the docker command", () => {
  const said = "ERROR (catatonit:7): failed to exec pid1: No such file or directory\n";

  assert.equal(DOCKER.initFailure.words.exec(said)?.[1], "failed to exec pid1: No such file or directory");
});

Deno.test("docker's init says that it cannot start a program", () => {
  const said = "[FATAL tini (7)] exec nope failed: No such file or directory\n";

  assert.equal(DOCKER.initFailure.words.exec(said)?.[1], "exec nope failed: No such file or directory");
});

Deno.test("podman names devices one by one", () => {
  const devices = (...names: string[]) => names.flatMap((name) => ["--device", name]);
  assert.deepEqual(PODMAN.gpuFlags("device=0,2"), devices("nvidia.com/gpu=0", "nvidia.com/gpu=2"));
  assert.deepEqual(PODMAN.gpuFlags("2"), devices("nvidia.com/gpu=0", "nvidia.com/gpu=1"), "a count");
  assert.deepEqual(PODMAN.gpuFlags("amd.com/gpu=1"), devices("amd.com/gpu=1"));
  assert.deepEqual(PODMAN.gpuFlags("0"), []);
  assert.deepEqual(PODMAN.gpuFlags("all"), ["--device", "nvidia.com/gpu=all"]);
});

Deno.test("docker names devices in one list, quoted for its CSV", () => {
  assert.deepEqual(DOCKER.gpuFlags("device=0,2"), ["--gpus", '"device=0,2"']);
  assert.deepEqual(DOCKER.gpuFlags("device=1"), ["--gpus", "device=1"]);
  assert.deepEqual(DOCKER.gpuFlags("2"), ["--gpus", "2"], "a count");
  assert.deepEqual(DOCKER.gpuFlags("0"), []);
  assert.deepEqual(DOCKER.gpuFlags("all"), ["--gpus", "all"]);
});
