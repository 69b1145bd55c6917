import assert from "node:assert/strict";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import { webOf } from "./open_wandb.ts";
import { parseRunPath, toRunId } from "./run_path.ts";

const HERE = { entity: "lab", project: "bikes" };

Deno.test("ids of runs are read in every form that W&B shows", () => {
  for (
    const [id, path] of [
      ["k3f9x0a1", "lab/bikes/k3f9x0a1"],
      ["other/k3f9x0a1", "lab/other/k3f9x0a1"],
      ["ann/other/k3f9x0a1", "ann/other/k3f9x0a1"],
      ["ann/my project/runs/k3f9x0a1", "ann/my project/k3f9x0a1"],
    ] as const
  ) assert.equal(toRunId(parseRunPath(id, HERE)), path);
});

Deno.test("what cannot be an id is refused before anything is asked", () => {
  for (
    const id of ["", "/", "a/b/c/d/e", "a/runs/b/c", "../../etc", "a//b", "..", "a?b", "a\nb", " a", "%2e%2e"]
  ) {
    assert.throws(
      () => parseRunPath(id, HERE),
      (error) => error instanceof TrackerError && error.code === "tracker_id_invalid",
      JSON.stringify(id),
    );
  }
});

Deno.test("pages are at the cloud's own address, at app. for api., and else at the server", () => {
  assert.equal(webOf("https://api.wandb.ai"), "https://wandb.ai");
  assert.equal(webOf("https://api.lab.wandb.io"), "https://app.lab.wandb.io");
  assert.equal(webOf("http://wandb.lab:8080"), "http://wandb.lab:8080");
});
