import assert from "node:assert/strict";
import type { PluginContext } from "../../../core/plugin/context.ts";
import { EnvironmentError } from "../../../core/plugin/environment.ts";
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
