// What processes that were stopped leave in podman, and that the next build removes it, and nothing of others.
import assert from "node:assert/strict";
import { parseImageReference } from "../../core/plugin/environment.ts";
import { podmanEnvironment } from "../../plugins/environments/podman/mod.ts";
import { thisProcessLabel } from "../../plugins/environments/engine_cli/started_by.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();
const TAG = "localhost/aero-leftovers:built";

async function open() {
  return await podmanEnvironment.open({
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => Deno.env.get(name),
    log: () => {},
    dataDirectory: "/nonexistent",
  });
}

async function working(): Promise<Set<string>> {
  const listed = JSON.parse(await podman("ps", "--all", "--external", "--no-trunc", "--format", "json"));
  return new Set(
    listed.filter(({ State }: { State: string }) => State === "storage").map(({ Id }: { Id: string }) => Id),
  );
}

async function build(script: string, signal?: AbortSignal): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/Dockerfile`,
      `FROM ${BASE_IMAGE}\nRUN echo ${crypto.randomUUID()} && ${script}\n`,
    );
    await using environment = await open();
    assert(environment.kind === "container");
    await environment.build({
      dockerfile: `${directory}/Dockerfile`,
      context: directory,
      args: {},
      tag: parseImageReference(TAG),
    }, {
      onOutput: () => {},
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A build that is stopped in its middle; whether by an abort, or by nobody being there any more. */
async function killedBuild(): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/Dockerfile`,
      `FROM ${BASE_IMAGE}\nRUN echo ${crypto.randomUUID()}; sleep 30\n`,
    );
    const before = await working();
    const child = new Deno.Command("podman", {
      args: ["build", "--omit-history", "--file", `${directory}/Dockerfile`, directory],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    while ((await working()).isSubsetOf(before)) continue;
    child.kill("SIGKILL");
    await child.status;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A container that ended, with the label of a process. */
async function containerOf(label: string): Promise<string> {
  return await podman("run", "--detach", "--label", `aero.process=${label}`, BASE_IMAGE, "true");
}

async function exists(id: string): Promise<boolean> {
  return (await podman("ps", "--all", "--quiet", "--no-trunc")).split("\n").includes(id);
}

Deno.test({
  name:
    "a build removes the containers of processes that have died, and none of those that live or are not aero's",
  ignore: podmanHere === undefined || thisProcessLabel() === undefined,
  async fn() {
    const living = thisProcessLabel()!;
    const [dead, own, stranger] = await Promise.all([
      containerOf(living.split("/").with(4, "1").join("/")),
      containerOf(living),
      podman("run", "--detach", BASE_IMAGE, "true"),
    ]);
    try {
      await build("true");

      assert.deepEqual([await exists(dead), await exists(own), await exists(stranger)], [false, true, true]);
    } finally {
      await podman("rm", "--force", "--ignore", dead, own, stranger);
      await podman("rmi", "--force", TAG);
    }
  },
});

Deno.test({
  name: "the next build removes what a build that was killed has left",
  ignore: podmanHere === undefined,
  async fn() {
    const before = await working();
    await killedBuild();
    const left = (await working()).difference(before);
    try {
      assert.equal(left.size > 0, true, "the kill left nothing to remove");
      // Others may build on this machine, and keep it from being looked at.
      for (let i = 0; i < 20 && !(await working()).isDisjointFrom(left); i++) await build("true");

      assert.deepEqual((await working()).intersection(left), new Set());
    } finally {
      await podman("rmi", "--force", "--ignore", TAG);
    }
  },
});
