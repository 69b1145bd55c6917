import assert from "node:assert/strict";
import type { ProgramExit } from "../model/run.ts";
import { type ContainerSpec, EnvironmentError, recordedImage } from "../plugin/environment.ts";
import { digestOf } from "../format/digest_of.ts";
import { runRelayed, withApis } from "./relayed_program.ts";

const SPEC: ContainerSpec = {
  runId: "run",
  command: ["train", "x"],
  env: { A: "1" },
  secrets: { S: "own" },
  workingDirectory: "/",
  limits: {},
  image: recordedImage({ image: digestOf("image") }),
  mounts: [],
  network: "none",
  runArgs: [],
  pathPrefix: [],
};
const REFUSED = new EnvironmentError("container_refused", { what: "Cannot start it" });
const code = (code: number): ProgramExit => ({ how: "exited", code });

interface Launching {
  /** What the relay tells before the container ends. */
  readonly launched?: boolean;
  readonly refused?: boolean;
  /** How the container of the relay ends, and the one without. */
  readonly ends: readonly (ProgramExit | Error)[];
}

/** Runs behind a relay that does as told: the programs that were started, and what came of it. */
async function run({ launched = false, refused = false, ends }: Launching) {
  const launch = { launched: false, refused: false };
  const specs: ContainerSpec[] = [];
  const warnings: string[] = [];
  const served = {
    names: ["notes"],
    variables: { NOTES_URL: "url" },
    secrets: { NOTES_TOKEN: "token" },
    close: () => Promise.resolve(),
  };
  const environment = {
    run(spec: ContainerSpec): Promise<ProgramExit> {
      const end = ends[specs.push(spec) - 1]!;
      Object.assign(launch, { launched, refused });
      return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
    },
  };
  const relay = { directory: "/host/api", launch };
  const program = { spec: SPEC, served, relay, warn: (text: string) => void warnings.push(text) };
  const streams = { onStdout() {}, onStderr() {} };
  const outcome = await runRelayed(environment, program, streams).catch((error) => error);
  return { specs, warnings, outcome };
}

Deno.test("a program is started by the relay, with the API's variables and directory", async () => {
  const { specs: [spec, ...more], warnings, outcome } = await run({ launched: true, ends: [code(3)] });

  assert.deepEqual(outcome, code(3));
  assert.deepEqual(spec!.command.slice(-4), ["23760", "/aero/api/socket", "train", "x"]);
  assert.deepEqual(spec!.env, { A: "1", NOTES_URL: "url" });
  assert.deepEqual(spec!.secrets, { S: "own", NOTES_TOKEN: "token" });
  assert.deepEqual(spec!.mounts, [{ source: "/host/api", target: "/aero/api", writable: false }]);
  assert.deepEqual([more, warnings], [[], []]);
});

for (
  const [what, launching, outcome, told] of [
    ["that did not get so far", { ends: [code(1), code(0)] }, code(0), 1],
    ["that cannot be started", { ends: [REFUSED, code(0)] }, code(0), 1],
    ["of a container that no program can be started in", { ends: [REFUSED, REFUSED] }, REFUSED, 0],
    ["whose program cannot be started", { refused: true, ends: [code(127), REFUSED] }, REFUSED, 0],
  ] as const satisfies readonly (readonly [string, Launching, ProgramExit | Error, number])[]
) {
  Deno.test(`behind a relay ${what}, the program is started without`, async () => {
    const { specs, warnings, ...rest } = await run(launching);

    assert.deepEqual(specs[1], SPEC);
    assert.deepEqual(rest.outcome, outcome);
    assert.equal(warnings.length, told);
  });
}

Deno.test("a program that has begun is never started again", async () => {
  const gone = new EnvironmentError("engine_unavailable", { what: "gone" });
  const abort = new DOMException("Interrupted", "AbortError");
  for (const end of [REFUSED, gone, abort]) {
    const { specs, outcome } = await run({ launched: true, ends: [end] });

    assert.equal(outcome, end);
    assert.equal(specs.length, 1);
  }
});

Deno.test("an interrupt before the program has begun starts nothing more", async () => {
  const abort = new DOMException("Interrupted", "AbortError");

  const { specs, outcome } = await run({ ends: [abort] });

  assert.equal(outcome, abort);
  assert.equal(specs.length, 1);
});

Deno.test("a program without APIs is what it was", () => {
  assert.equal(withApis(SPEC, undefined), SPEC);
});
