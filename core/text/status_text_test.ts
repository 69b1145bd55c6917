import assert from "node:assert/strict";
import type { ProjectStatus } from "../actions/project_status.ts";
import { makeStyle } from "../cli/style.ts";
import { statusText } from "./status_text.ts";

const plain = makeStyle({ colour: false, now: () => new Date(0) });
const STATUS: ProjectStatus = {
  type: "status",
  project: "bikes",
  directory: "/bikes",
  ready: true,
  images: [],
  stages: [],
  runs: [],
  problems: [],
};

Deno.test("a status says what waits to be sent, and what to type", () => {
  const waiting = { objects: 12, bytes: 3_400_000, runs: 2, storage: "s3://lab/aero" };

  assert.equal(
    statusText({ ...STATUS, waiting }, plain),
    [
      "bikes",
      "",
      "waiting to be sent to s3://lab/aero: 12 objects, 3.4 MB of 2 runs",
      "  hint: `aero sync`",
      "",
      "ready for a tracked run",
    ].join("\n"),
  );
  assert.match(statusText({ ...STATUS, waiting: { ...waiting, runs: 0 } }, plain), /: 12 objects, 3\.4 MB\n/);
});

Deno.test("a status says nothing of an outbox that is empty", () => {
  assert.equal(statusText(STATUS, plain), "bikes\n\nready for a tracked run");
});
