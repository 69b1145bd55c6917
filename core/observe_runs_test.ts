import assert from "node:assert/strict";
import { memoryIo } from "../tests/support/memory_io.ts";
import { makePrinter, type PrinterOptions } from "./cli/printer.ts";
import { observeRuns } from "./observe_runs.ts";

/** What is said on stderr while a run goes on. */
function said(options: Partial<PrinterOptions>): string {
  const io = memoryIo({ cwd: "/", env: {} });
  const observer = observeRuns(
    makePrinter(io, { json: false, quiet: false, verbose: false, colour: "never", ...options }),
  );
  observer.started("train", "kkkkkkkkkkkkkkkk" as never, ["raw:v3", "names:v1"]);
  observer.stdout(new TextEncoder().encode("epoch 1\n"));
  observer.step("Keeping the image in storage");
  observer.warn("odd");
  observer.done();
  return io.err();
}

Deno.test("a run begins with its id and with the versions that it reads", () => {
  assert.equal(
    said({}),
    "train kkkkkkkkkkkkkkkk  ← raw:v3, names:v1\nepoch 1\nKeeping the image in storage\nwarning: odd\n",
  );
});

Deno.test("with --quiet only warnings are left: what the program prints is recorded", () => {
  assert.equal(said({ quiet: true }), "warning: odd\n");
});

Deno.test("with --json all that aero itself says on stderr is JSON", () => {
  assert.deepEqual(said({ json: true, quiet: false }).trimEnd().split("\n"), [
    '{"type":"note","what":"train kkkkkkkkkkkkkkkk  ← raw:v3, names:v1"}',
    "epoch 1",
    '{"type":"note","what":"Keeping the image in storage"}',
    '{"type":"warning","what":"odd","fix":[]}',
  ]);
});

Deno.test("what mostly ends at once is told as progress only, and counts as a step does", () => {
  const io = memoryIo({ cwd: "/", env: {} });
  const told: string[] = [];
  const observer = observeRuns({
    ...makePrinter(io, { json: false, quiet: false, verbose: false, colour: "never" }),
    progress: ({ label }) => ({
      add: (bytes) => void told.push(`${label} +${bytes}`),
      setTotal: () => {},
      [Symbol.dispose]: () => void told.push(`${label} ended`),
    }),
  });

  observer.waiting("Storing model");
  observer.waiting("Storing model", 5);
  observer.waiting("Storing model", 8);
  observer.waiting("Recording the run");
  observer.done();

  assert.deepEqual(told, [
    "Storing model +0",
    "Storing model +5",
    "Storing model +3",
    "Storing model ended",
    "Recording the run +0",
    "Recording the run ended",
  ]);
  assert.equal(io.err(), "");
});
