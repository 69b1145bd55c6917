// How commands go on where nobody answers for the storage: soon, and with what to do about it.
import assert from "node:assert/strict";
import { openBlackHole } from "../support/black_hole.ts";
import { TestProject } from "../support/open_project.ts";

/** A project whose storage is a bucket at a port of this machine, and data to add. */
function projectAt(port: number): TestProject {
  const project = new TestProject({ env: { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" } });
  project.commit({
    storage: { use: "s3", bucket: "aero", endpoint: `http://127.0.0.1:${port}`, region: "us-east-1" },
    stages: {},
  });
  Deno.writeTextFileSync(project.git.beside("raw.txt"), "cold\n");
  return project;
}

/** How often the service was asked, as `--verbose` tells. */
function askedIn(err: string): number {
  return err.split("\n").filter((line) => line.includes("s3.request")).length;
}

Deno.test("where packets are dropped, work goes on without the storage once no connection came about", async () => {
  await using hole = await openBlackHole();
  await using project = projectAt(hole.port);

  const { code, out, err } = await project.aero([
    "data",
    "add",
    project.git.beside("raw.txt"),
    "--name",
    "raw",
    "--verbose",
  ]);

  assert.equal(code, 3, err());
  assert.match(out(), /Added raw:pending/);
  assert.match(err(), /cannot be reached: no connection was made within 5 s/);
  assert.equal(askedIn(err()), 1, err());
});

Deno.test("where nothing listens on this machine, it is asked once, and told how to start what may", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using project = projectAt(port);

  const { code, err } = await project.aero(["list", "--verbose"]);

  assert.equal(code, 0, err());
  assert.match(
    err(),
    /nothing listens at .*; if it is this machine's own server, start it: `aero storage up`/,
  );
  assert.equal(askedIn(err()), 1, err());
});
