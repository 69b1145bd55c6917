import assert from "node:assert/strict";
import { runProgram } from "./run_program.ts";
import { endProcessesOf, findProcessesOf, RUN_VARIABLE } from "./run_processes.ts";

const PATH = Deno.env.get("PATH") ?? "/usr/bin:/bin";
const NO_PROC = Deno.build.os !== "linux";

function freshRunId(): string {
  return `test-${crypto.randomUUID()}`;
}

Deno.test({
  name: "a daemon that left its group, ignores signals and writes on is ended with the program",
  ignore: NO_PROC,
  async fn() {
    const directory = await Deno.makeTempDir();
    try {
      const runId = freshRunId();
      const daemon = `trap '' TERM HUP INT; while :; do echo tick; echo tick >>ticks; sleep 0.01; done`;
      // The program ends only when its daemon has written, and the daemon holds stdout.
      const script = `(setsid sh -c "$1" &); until [ -s ticks ]; do sleep 0.01; done; exit 5`;

      const exit = await runProgram({
        runId,
        command: ["sh", "-c", script, "sh", daemon],
        env: { PATH },
        secrets: {},
        workingDirectory: directory,
        limits: {},
      }, { onStdout() {}, onStderr() {} });

      assert.deepEqual(exit, { how: "exited", code: 5 });
      assert.deepEqual(findProcessesOf(runId), []);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test({
  name: "another user's process is left alone, also by root",
  ignore: NO_PROC || Deno.uid() !== 0,
  async fn() {
    const runId = freshRunId();
    // 65534: nobody.
    const options = { uid: 65534, gid: 65534, clearEnv: true, env: { PATH, [RUN_VARIABLE]: runId } };
    const other = new Deno.Command("sleep", { args: ["60"], stdin: "null", ...options }).spawn();
    const own = new Deno.Command("sleep", { args: ["60"], stdin: "null", env: options.env }).spawn();
    try {
      assert.equal(await endProcessesOf(runId), 1);

      assert.equal((await own.status).signal, "SIGKILL");
      other.kill("SIGTERM");
      assert.equal((await other.status).signal, "SIGTERM");
    } finally {
      for (const child of [other, own]) {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended.
        }
      }
    }
  },
});
