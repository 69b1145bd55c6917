import assert from "node:assert/strict";
import type { PluginContext } from "../../../core/plugin/context.ts";
import {
  type ContainerEnvironment,
  type ContainerSpec,
  EnvironmentError,
  type ImageDigest,
} from "../../../core/plugin/environment.ts";
import { openEngine } from "./open_engine.ts";
import { PODMAN } from "./quirks.ts";

const IMAGE = `sha256:${"a".repeat(64)}` as ImageDigest;

const SPEC: ContainerSpec = {
  runId: "r1",
  command: ["true"],
  env: {},
  secrets: {},
  workingDirectory: "/",
  limits: {},
  image: IMAGE,
  mounts: [],
  network: "none",
  runArgs: [],
  pathPrefix: [],
};

const IMAGE_DOCUMENT = JSON.stringify([{
  Id: "a".repeat(64),
  Architecture: "amd64",
  Os: "linux",
  Size: 1,
  RootFS: { Layers: [`sha256:${"b".repeat(64)}`] },
  Config: { Env: [] },
}]);

/** An engine whose command is a script: what it does for `run` and for `container inspect`. */
class ScriptedEngine implements AsyncDisposable {
  readonly directory: string;
  readonly environment: ContainerEnvironment;

  private constructor(directory: string, environment: ContainerEnvironment) {
    this.directory = directory;
    this.environment = environment;
  }

  static async open(script: { readonly run: string; readonly inspect: string }): Promise<ScriptedEngine> {
    const directory = await Deno.makeTempDir();
    const text = `#!/bin/sh
PATH=/usr/bin:/bin
here=${directory}
echo "$1 $2" >> $here/calls
case "$1 $2" in
version*) echo '{"Client":{"Version":"4.3.1"}}' ;;
"image inspect") echo '${IMAGE_DOCUMENT}' ;;
"container inspect") ${script.inspect} ;;
run*) ${script.run} ;;
esac
`;
    await Deno.writeTextFile(`${directory}/podman`, text, { mode: 0o755 });
    const context: PluginContext = {
      signal: new AbortController().signal,
      now: () => new Date(0),
      variable: (name) => name === "PATH" ? directory : undefined,
      log: () => {},
      dataDirectory: "/nowhere",
    };
    return new ScriptedEngine(directory, await openEngine(PODMAN, context));
  }

  run() {
    return this.environment.run(SPEC, { onStdout: () => {}, onStderr: () => {} });
  }

  calls(name: string): number {
    return Deno.readTextFileSync(`${this.directory}/calls`).split("\n").filter((call) => call === name)
      .length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.environment[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }
}

const INSIDE = `echo '[{"Config":{"Env":[]},"Mounts":[]}]'`;

/** The engine's `run` of a program that ends once somebody has looked, or after ten seconds. */
const UNTIL_LOOKED_INTO =
  `echo id > container; i=0; while [ $i -lt 200 ] && ! [ -e $here/looked ]; do sleep 0.05; i=$((i+1)); done; [ -e $here/looked ]`;

Deno.test("a container is looked into while its program runs, and once", async () => {
  await using engine = await ScriptedEngine.open({
    run: UNTIL_LOOKED_INTO,
    inspect: `${INSIDE}; touch $here/looked`,
  });

  assert.deepEqual(await engine.run(), { how: "exited", code: 0 });
  assert.equal(engine.calls("container inspect"), 1);
});

Deno.test("a container that could not be looked into while its program ran is looked into afterwards", async () => {
  await using engine = await ScriptedEngine.open({
    run: UNTIL_LOOKED_INTO,
    inspect: `if [ -e $here/looked ]; then ${INSIDE}; else touch $here/looked; ` +
      `echo "database is locked" >&2; exit 125; fi`,
  });

  assert.deepEqual(await engine.run(), { how: "exited", code: 0 });
  assert.equal(engine.calls("container inspect"), 2);
});

Deno.test("an engine that tells of no container while the program runs is asked afterwards", async () => {
  await using engine = await ScriptedEngine.open({ run: "exit 0", inspect: INSIDE });

  assert.deepEqual(await engine.run(), { how: "exited", code: 0 });
  assert.equal(engine.calls("container inspect"), 1);
});

Deno.test("what the engine adds refuses the run, however early it was seen", async () => {
  await using engine = await ScriptedEngine.open({
    run: UNTIL_LOOKED_INTO,
    inspect: `touch $here/looked; echo '[{"Config":{"Env":["INJECTED=1"]},"Mounts":[]}]'`,
  });

  await assert.rejects(
    engine.run(),
    (error) =>
      error instanceof EnvironmentError && error.code === "engine_adds" && /INJECTED/.test(error.message),
  );
});

for (const code of [0, 3, 137]) {
  Deno.test(`a directory of the engine's that is gone at the end changes nothing about exit code ${code}`, async () => {
    const state = JSON.stringify([{
      Id: "c".repeat(64),
      State: {
        Status: "exited",
        Running: false,
        ExitCode: code,
        OOMKilled: false,
        StartedAt: "2026-01-01T00:00:00Z",
      },
      Config: { Env: [] },
      Mounts: [],
    }]);
    await using engine = await ScriptedEngine.open({
      run: `rm -r "$(pwd -P)"; exit ${code}`,
      inspect: `echo '${state}'`,
    });

    assert.deepEqual(
      await engine.run(),
      code === 137 ? { how: "signalled", signal: "SIGKILL" } : { how: "exited", code },
    );
  });
}
