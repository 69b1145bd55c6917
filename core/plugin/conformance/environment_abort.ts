import { EnvironmentError } from "../environment.ts";
import { type ConformanceCase, must } from "./case.ts";
import { pause } from "../pause.ts";
import { failureOf } from "./environment_exits.ts";
import { commandLinesWith } from "./environment_isolation.ts";
import { type EnvironmentSubject, freshRunId, launchScript } from "./environment_subject.ts";

// HOUSE: "abort kills within 5 s". What an engine tidies up afterwards is not part of it.
const ABORT_LIMIT_MS = 5000;
const LOOK_MS = 50;

/** Ends that come from outside. */
export const environmentAbort: readonly ConformanceCase<EnvironmentSubject>[] = [
  {
    name: "an abort ends the program and comes out as the reason that went in",
    run: (subject) => endsBy(subject, "echo up; exec sleep 60$1", 4000),
  },
  {
    name: "an abort ends a program that ignores SIGTERM, after the grace",
    run: (subject) => endsBy(subject, `trap '' TERM; echo up; sleep "60$1"; sleep "60$1"`, 300),
  },
  {
    name: "a program is told of an abort by SIGTERM and may end by itself",
    async run(subject) {
      const abort = new AbortController();
      let printed = "";
      const script = `trap 'sleep 0.3; echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`;

      const error = await failureOf(launchScript(subject, script, {
        signal: abort.signal,
        graceMs: 10_000,
        onStdout: (bytes) => {
          printed += new TextDecoder().decode(bytes);
          if (printed.startsWith("up\n")) abort.abort();
        },
      }));

      must(error === abort.signal.reason, `the abort came out as ${String(error)}`);
      must(printed === "up\nbye\n", `the program printed ${JSON.stringify(printed)}`);
    },
  },
  {
    name: "a signal that has aborted already runs nothing",
    async run(subject) {
      const reason = new DOMException("stop", "AbortError");
      let printed = 0;

      const error = await failureOf(launchScript(subject, "echo up", {
        signal: AbortSignal.abort(reason),
        onStdout: (bytes) => printed += bytes.length,
      }));

      must(error === reason, `the abort came out as ${String(error)}`);
      must(printed === 0, "the program was run");
    },
  },
  {
    name: "leftovers of a run that nobody knows are none",
    async run(subject) {
      const count = await subject.environment.removeLeftovers(freshRunId());

      must(count === 0, `${count} were removed`);
    },
  },
  {
    name: "leftovers of a run are ended and counted, and those of another are not",
    async run(subject) {
      const [runId, other] = [freshRunId(), freshRunId()];
      let count: number | undefined;
      let removing: Promise<void> | undefined;
      const landing = launchScript(subject, "echo up; exec sleep 60", {
        runId,
        onStdout: () => {
          removing ??= (async () => {
            must(await subject.environment.removeLeftovers(other) === 0, "another run's was taken");
            count = await subject.environment.removeLeftovers(runId);
          })();
        },
      });

      await failureOf(landing);
      await removing;

      must(count === 1, `${count} were removed`);
      must(await subject.environment.removeLeftovers(runId) === 0, "something was left");
    },
  },
  {
    name: "an engine that does not answer is engine_unavailable with a fix",
    skip: (subject) => subject.environment.kind === "host" ? "the host always answers" : undefined,
    async run(subject) {
      const error = await failureOf(subject.openUnavailable());

      must(error instanceof EnvironmentError, `it came out as ${String(error)}`);
      must(error.code === "engine_unavailable", `it came out as ${error.code}`);
      must((error.report.fix ?? []).length > 0, "there is no fix");
    },
  },
  {
    name: "nothing can be run after closing",
    async run(subject) {
      const environment = await subject.open();
      await environment[Symbol.asyncDispose]();

      const error = await failureOf(environment.removeLeftovers(freshRunId()));

      must(error instanceof EnvironmentError && error.code === "closed", `it came out as ${String(error)}`);
    },
  },
];

async function endsBy(subject: EnvironmentSubject, script: string, graceMs: number): Promise<void> {
  const abort = new AbortController();
  const reason = new DOMException("stop", "AbortError");
  const runId = freshRunId();
  const mark = `${Date.now()}`;
  let killed: Promise<number> | undefined;

  const error = await failureOf(launchScript(subject, script, {
    runId,
    args: [mark],
    signal: abort.signal,
    graceMs,
    onStdout: () => {
      killed ??= untilGone(mark);
      abort.abort(reason);
    },
  }));

  const tookMs = await killed ?? Infinity;
  must(error === reason, `the abort came out as ${String(error)}`);
  must(tookMs < ABORT_LIMIT_MS, `the program went on for ${Math.round(tookMs)} ms`);
  must(commandLinesWith(mark).length === 0, "a process goes on");
  must(await subject.environment.removeLeftovers(runId) === 0, "something of the run was left");
}

/** How long processes with a mark in their command line go on from now, in milliseconds. */
async function untilGone(mark: string): Promise<number> {
  const from = performance.now();
  while (commandLinesWith(mark).length > 0 && performance.now() - from < ABORT_LIMIT_MS) {
    await pause(LOOK_MS);
  }
  return performance.now() - from;
}
