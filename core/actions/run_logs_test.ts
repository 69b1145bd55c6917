import assert from "node:assert/strict";
import { parseRunId } from "../model/run_id.ts";
import { Heartbeat } from "../pipeline/heartbeat.ts";
import { RunDirectory } from "../pipeline/run_directory.ts";
import { localLogs, type LogBytes } from "./run_logs.ts";

const now = () => new Date();

/** A run's directory with some output. */
async function runDirectory(files: { readonly stdout?: string; readonly stderr?: string }) {
  const state = await Deno.makeTempDir({ prefix: "aero_logs_" });
  await Deno.mkdir(`${state}/alive`);
  const directory = new RunDirectory(state, parseRunId("k".repeat(16)));
  await Deno.mkdir(directory.path, { recursive: true });
  for (const stream of ["stdout", "stderr"] as const) {
    if (files[stream] !== undefined) await Deno.writeTextFile(directory[stream], files[stream]);
  }
  return {
    directory,
    append: (stream: "stdout" | "stderr", text: string) =>
      Deno.writeTextFileSync(directory[stream], text, { append: true }),
    [Symbol.asyncDispose]: () => Deno.remove(state, { recursive: true }),
  };
}

const shown = ({ stream, bytes }: LogBytes) => `${stream}: ${new TextDecoder().decode(bytes)}`;
const open = () => ({ signal: new AbortController().signal, now });

Deno.test("logs of a run come stream by stream, and a stream without a file is left out", async () => {
  await using run = await runDirectory({ stderr: "warning\n" });

  const pieces = await Array.fromAsync(
    localLogs(run.directory, { streams: ["stdout", "stderr"], follow: false }, open()),
  );

  assert.deepEqual(pieces.map(shown), ["stderr: warning\n"]);
});

Deno.test("following a run gives what is printed later, also to a stream that begins later, and ends with it", async () => {
  await using run = await runDirectory({ stdout: "one\n" });
  const heartbeat = Heartbeat.begin(run.directory.heartbeat);
  const pieces = localLogs(run.directory, { streams: ["stdout", "stderr"], follow: true }, open());

  const first = await pieces.next();
  run.append("stderr", "late\n");
  const second = await pieces.next();
  run.append("stdout", "last\n");
  heartbeat.finish();
  heartbeat[Symbol.dispose]();
  const rest = await Array.fromAsync(pieces);

  assert.deepEqual([first.value, second.value, ...rest].map((piece) => shown(piece as LogBytes)), [
    "stdout: one\n",
    "stderr: late\n",
    "stdout: last\n",
  ]);
});

Deno.test("following a run whose aero has let go does not wait", async () => {
  await using run = await runDirectory({ stdout: "one\n" });
  Heartbeat.begin(run.directory.heartbeat)[Symbol.dispose]();

  const pieces = await Array.fromAsync(
    localLogs(run.directory, { streams: ["stdout"], follow: true }, open()),
  );

  assert.deepEqual(pieces.map(shown), ["stdout: one\n"]);
});

Deno.test("an interrupt ends the following", async () => {
  await using run = await runDirectory({ stdout: "one\n" });
  using _heartbeat = Heartbeat.begin(run.directory.heartbeat);
  const abort = new AbortController();
  const pieces = localLogs(run.directory, { streams: ["stdout"], follow: true }, {
    signal: abort.signal,
    now,
  });
  await pieces.next();

  const waiting = pieces.next();
  abort.abort();

  await assert.rejects(waiting, { name: "AbortError" });
});
