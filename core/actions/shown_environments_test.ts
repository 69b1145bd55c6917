import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const IMAGE = `sha256:${"ab".repeat(32)}`;

/** What is told of a project that has no commit yet, and whose lock knows one image. */
async function shown(environment: Readonly<Record<string, unknown>>) {
  await using project = new TestProject();
  const config = {
    project: "toy",
    storage: { use: "local" },
    environment: { use: "podman", ...environment },
    stages: { see: { command: "true" } },
  };
  Deno.writeTextFileSync(`${project.root}/aero.yaml`, JSON.stringify(config));
  Deno.writeTextFileSync(`${project.root}/Dockerfile`, "FROM known:1");
  Deno.writeTextFileSync(
    `${project.root}/aero.lock`,
    `# aero.lock 1: what moving names resolved to. Written by aero; commit it.\nbase known:1 linux/amd64 ${IMAGE}\n`,
  );
  const { code, out, err } = await project.aero(["--json", "env", "show"]);
  assert.equal(code, 0, err());
  return JSON.parse(out());
}

Deno.test("before the first commit an image is known by the lock that lies there", async () => {
  assert.equal((await shown({ image: "known:1" })).image, IMAGE);
});

Deno.test("before the first commit what is built from files is not known, and it is said why", async () => {
  const { image, problem } = await shown({ build: { dockerfile: "Dockerfile", context: "." } });

  assert.deepEqual([image, problem.code], [undefined, "no_commit"]);
});
