import assert from "node:assert/strict";
import { leftOut } from "./aero.ts";

const VARIABLES = {
  AERO_STORAGE: "s3",
  AERO_STORAGE_BUCKET: "lab",
  AERO_TRACKERS: "mlflow",
  AERO_CACHE_DIR: "/big",
  AWS_PROFILE: "lab",
  PATH: "/bin",
};

Deno.test("a demo heeds none of the caller's AERO_ variables, so that it writes into nobody's storage", () => {
  assert.deepEqual(leftOut(VARIABLES, false), [
    "AERO_CACHE_DIR",
    "AERO_STORAGE",
    "AERO_STORAGE_BUCKET",
    "AERO_TRACKERS",
  ]);
});

Deno.test("a demo that is to be shared uses the caller's storage and trackers, and a cache of its own", () => {
  assert.deepEqual(leftOut(VARIABLES, true), ["AERO_CACHE_DIR"]);
});
