import assert from "node:assert/strict";
import { type BuildSource, EnvironmentError, type ImageReference } from "../../../core/plugin/environment.ts";
import { buildImage } from "./build_image.ts";
import type { Engine } from "./engine.ts";
import { PODMAN } from "./quirks.ts";

const BUILT = "a".repeat(64);
const REMOVED =
  "Error: checking if cached image exists from a previous build: getting top layer info: layer not known";

/** Builds with a podman that fails so often with these words; gives what came of it, and how often it was asked to. */
async function buildAfter(failures: number, words: string) {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/podman`,
      `#!/bin/sh
case "$1 $2" in
build*)
  echo x >> ${directory}/builds
  [ $(wc -l < ${directory}/builds) -gt ${failures} ] || { echo '${words}' >&2; exit 125; } ;;
"image inspect")
  echo '[{"Id":"${BUILT}","Architecture":"amd64","Os":"linux","Size":1,"RootFS":{"Layers":[]},"Config":{"Env":[]}}]' ;;
*) echo '[]' ;;
esac
`,
      { mode: 0o755 },
    );
    const engine: Engine = {
      name: "podman 4.3.1",
      command: { path: `${directory}/podman`, variables: {} },
      quirks: PODMAN,
      capabilities: { gpus: false, networkNone: true, rootless: false, limits: false },
      init: false,
      user: "0:0",
      log: () => {},
    };
    const source: BuildSource = {
      dockerfile: "/nowhere/Dockerfile",
      context: "/nowhere",
      tag: "localhost/a:b" as ImageReference,
      args: {},
    };
    const [came] = await Promise.allSettled([buildImage(engine, source, () => {})]);
    const builds = (await Deno.readTextFile(`${directory}/builds`)).trim().split("\n").length;
    return { came, builds };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a build that another process took an image away from is done again", async () => {
  const { came, builds } = await buildAfter(1, REMOVED);

  assert.deepEqual([came, builds], [{ status: "fulfilled", value: `sha256:${BUILT}` }, 2]);
});

Deno.test("a build that loses images again and again fails in the end", async () => {
  const { came, builds } = await buildAfter(100, REMOVED);

  assert.ok(came.status === "rejected" && came.reason instanceof EnvironmentError);
  assert.deepEqual([came.reason.code, builds], ["build_failed", 3]);
});

Deno.test("a build that fails otherwise is not done again", async () => {
  const { came, builds } = await buildAfter(1, "Error: no such package");

  assert.deepEqual([came.status, builds], ["rejected", 1]);
});
