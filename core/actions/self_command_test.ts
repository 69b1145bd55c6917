import assert from "node:assert/strict";
import { Environment } from "../config/env.ts";
import { selfCommand } from "./self_command.ts";

const PORTABLE = new Environment({ AERO_PROGRAM: "/usr/bin/aero" });

Deno.test("from its source it is started again by Deno, also below a portable file", () => {
  const words = [Deno.execPath(), "run", "--allow-all", "--no-check", "/a b/main.ts"];
  assert.deepEqual(selfCommand(new Environment({}), "file:///a%20b/main.ts"), words);
  assert.deepEqual(selfCommand(PORTABLE, "file:///a%20b/main.ts"), words);
});

Deno.test("what a portable file unpacked is started again by that file", () => {
  const main = "file:///home/a/.cache/aero/runtime/0a1b/app/main.js";
  assert.deepEqual(selfCommand(PORTABLE, main), ["/usr/bin/aero"]);
});
