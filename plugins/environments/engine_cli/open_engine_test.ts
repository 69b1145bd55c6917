import assert from "node:assert/strict";
import type { PluginContext } from "../../../core/plugin/context.ts";
import { EnvironmentError, type ImageDigest } from "../../../core/plugin/environment.ts";
import { openEngine } from "./open_engine.ts";
import { DOCKER, PODMAN } from "./quirks.ts";

/** Opens an engine whose command is a script. */
async function openWith(script: string, quirks = DOCKER) {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/${quirks.program}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return await openEngine(quirks, contextWith({ PATH: directory }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function contextWith(variables: Readonly<Record<string, string>>): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(0),
    variable: (name) => variables[name],
    log: () => {},
    dataDirectory: "/nowhere",
  };
}

function saying(document: unknown): string {
  return `echo '${JSON.stringify(document)}'`;
}

const unavailable = (words: RegExp) => (error: unknown) =>
  error instanceof EnvironmentError && error.code === "engine_unavailable" &&
  words.test(error.report.why ?? "") &&
  (error.report.fix ?? []).length > 0;

Deno.test("openEngine() without the command says how to install it", async () => {
  await assert.rejects(
    openEngine(PODMAN, contextWith({ PATH: "/nowhere" })),
    (error) =>
      unavailable(/not on the PATH/)(error) &&
      /install podman/.test((error as EnvironmentError).report.fix![0]!),
  );
});

Deno.test("openEngine() with a daemon that does not answer quotes it", async () => {
  await assert.rejects(
    openWith("echo Cannot connect to the Docker daemon at tcp://x. >&2; exit 1"),
    unavailable(/Cannot connect to the Docker daemon at tcp:\/\/x/),
  );
});

Deno.test("openEngine() takes a client without a server for a daemon that does not answer", async () => {
  await assert.rejects(
    openWith(saying({ Client: { Version: "28.2.2" }, Server: null })),
    unavailable(/no server/),
  );
});

Deno.test("openEngine() names the engine by its server's version", async () => {
  const server = { Version: "20.10.24", Components: [{ Name: "Engine" }] };
  await using environment = await openWith(saying({ Client: { Version: "28.2.2" }, Server: server }));

  assert.equal(environment.engine, "docker 20.10.24");
  assert.equal(environment.capabilities.rootless, false);
});

Deno.test("openEngine() knows a rootless daemon by its components", async () => {
  const server = { Version: "27.0.1", Components: [{ Name: "Engine" }, { Name: "rootlesskit" }] };
  await using environment = await openWith(saying({ Client: { Version: "27.0.1" }, Server: server }));

  assert.equal(environment.capabilities.rootless, true);
});

const IMAGE = `sha256:${"a".repeat(64)}` as ImageDigest;

/** An engine that has {@link IMAGE} once `present` is there, and counts how often it is asked for an image. */
async function openExpecting(directory: string, first: ImageDigest) {
  const document = JSON.stringify([{
    Id: "a".repeat(64),
    Architecture: "amd64",
    Os: "linux",
    Size: 1,
    RootFS: { Layers: [`sha256:${"b".repeat(64)}`] },
    Config: {},
  }]);
  const script = `#!/bin/sh
if [ "$1" = version ]; then ${saying({ Client: { Version: "4.3.1" } })}; exit; fi
echo asked >> ${directory}/asked
if [ -e ${directory}/present ]; then echo '${document}'; else echo 'Error: x: image not known' >&2; exit 125; fi
`;
  await Deno.writeTextFile(`${directory}/podman`, script, { mode: 0o755 });
  return {
    environment: await openEngine(PODMAN, contextWith({ PATH: directory }), first),
    asked: () => Deno.readTextFileSync(`${directory}/asked`).split("\n").length - 1,
  };
}

Deno.test("openEngine() looks for the first image, which is then not asked for a second time", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/present`, "");
  const { environment, asked } = await openExpecting(directory, IMAGE);
  await using _closing = environment;

  assert.equal((await environment.inspect(IMAGE))?.platform, "linux/amd64");
  assert.equal(asked(), 1);
  // It may have gone since.
  await Deno.remove(`${directory}/present`);
  assert.equal(await environment.inspect(IMAGE), undefined);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("an image that was not there when the engine was opened is asked for again", async () => {
  const directory = await Deno.makeTempDir();
  const { environment } = await openExpecting(directory, IMAGE);
  await using _closing = environment;
  await Deno.writeTextFile(`${directory}/present`, "");

  assert.notEqual(await environment.inspect(IMAGE), undefined);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("another image than the first is asked for", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/present`, "");
  const { environment, asked } = await openExpecting(directory, IMAGE);
  await using _closing = environment;

  await environment.inspect(`sha256:${"c".repeat(64)}` as ImageDigest);
  assert.equal(asked(), 2);
  await environment.inspect(IMAGE);
  assert.equal(asked(), 3);
  await Deno.remove(directory, { recursive: true });
});
