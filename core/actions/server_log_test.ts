import assert from "node:assert/strict";
import { closeSync, openSync, writeSync } from "node:fs";
import { turnRunningLog } from "./server_log.ts";

const directory = Deno.makeTempDirSync({ prefix: "aero-log-" });
Deno.test.afterAll(() => Deno.removeSync(directory, { recursive: true }));

/** A log of this text, open as a running server has it. */
function openLog(name: string, text: string) {
  const path = `${directory}/${name}`;
  const output = openSync(path, "a");
  writeSync(output, text);
  return { path, output, [Symbol.dispose]: () => closeSync(output) };
}

Deno.test("a log that has grown is put aside whole, and goes on empty", () => {
  using log = openLog("long", "0123456789");
  Deno.writeTextFileSync(`${log.path}.1`, "older");

  turnRunningLog(log.path, log.output, 9);
  writeSync(log.output, "new");

  assert.equal(Deno.readTextFileSync(`${log.path}.1`), "0123456789");
  assert.equal(Deno.readTextFileSync(log.path), "new");
});

Deno.test("a log that is short stays, as does a file that is not what this process writes", () => {
  using log = openLog("short", "0123456789");
  using other = openLog("other", "0123456789");

  turnRunningLog(log.path, log.output, 10);
  turnRunningLog(log.path, other.output, 1);

  assert.equal(Deno.readTextFileSync(log.path), "0123456789");
  assert.equal(Deno.readTextFileSync(other.path), "0123456789");
});
