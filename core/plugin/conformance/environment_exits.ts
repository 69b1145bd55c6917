import { EnvironmentError } from "../environment.ts";
import type { ProgramExit } from "../../model/run.ts";
import { type ConformanceCase, must } from "./case.ts";
import { containersOnly, type EnvironmentSubject, launch, launchScript } from "./environment_subject.ts";

/** How programs end. */
export const environmentExits: readonly ConformanceCase<EnvironmentSubject>[] = [
  ...[0, 1, 3, 125, 126, 127].map((code): ConformanceCase<EnvironmentSubject> => ({
    name: `a program that exits with ${code} has exited with ${code}`,
    async run(subject) {
      const { exit } = await launchScript(subject, `exit ${code}`);

      mustBe(exit, { how: "exited", code });
    },
  })),
  {
    name: "a program that exits with 137 has not run out of memory",
    async run(subject) {
      const { exit } = await launchScript(subject, "exit 137");

      // Engines tell this from SIGKILL as little as a shell does.
      const said = exit.how === "exited"
        ? exit.code === 137
        : exit.how === "signalled" && exit.signal === "SIGKILL";
      must(said, `137 came out as ${JSON.stringify(exit)}`);
    },
  },
  ...["TERM", "SEGV", "KILL"].map((signal): ConformanceCase<EnvironmentSubject> => ({
    name: `a program that SIG${signal} ends is signalled`,
    async run(subject) {
      const { exit } = await launchScript(subject, `kill -${signal} $$`);

      mustBe(exit, { how: "signalled", signal: `SIG${signal}` });
    },
  })),
  {
    name:
      "a program that the kernel ends for want of memory is out of memory, and leaves no file where aero runs",
    skip: (subject) =>
      containersOnly(subject) ?? (subject.environment.capabilities.limits ? undefined : "limits do not hold"),
    async run(subject) {
      const files = () => [...Deno.readDirSync(".")].map(({ name }) => name);
      const before = new Set(files());
      // tail keeps the last line, and /dev/zero never ends one.
      const { exit } = await launch(subject, {
        command: ["tail", "/dev/zero"],
        limits: { memoryBytes: 64 * 1024 * 1024 },
      });

      mustBe(exit, { how: "out_of_memory" });
      // podman's monitor makes a file of this name in the directory that the engine's command was started in.
      must(before.has("oom") || !files().includes("oom"), "a file named oom was left where aero runs");
    },
  },
  {
    name: "a limit that would not hold is unsupported, and nothing runs",
    skip: ({ environment }) => environment.capabilities.limits ? "limits hold" : undefined,
    async run(subject) {
      for (const limits of [{ memoryBytes: 2 ** 30 }, { cpus: 1 }]) {
        let printed = false;
        const error = await failureOf(
          launch(subject, { command: ["echo", "ran"], limits, onStdout: () => printed = true }),
        );

        must(error instanceof EnvironmentError, `it came out as ${String(error)}`);
        must(error.code === "unsupported", `it came out as ${error.code}`);
        must(!printed, "the program ran");
      }
    },
  },
  {
    name: "a program that is not there is refused, not run",
    async run(subject) {
      const error = await failureOf(launch(subject, { command: ["aero-no-such-program"] }));

      must(error instanceof EnvironmentError, `it came out as ${String(error)}`);
      must(error.code === "container_refused", `it came out as ${error.code}`);
    },
  },
];

/** What a promise rejects with; `undefined` if it does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

function mustBe(exit: ProgramExit, wanted: ProgramExit): void {
  const [is, want] = [JSON.stringify(exit), JSON.stringify(wanted)];
  must(is === want, `the program ended as ${want}, and ${is} was reported`);
}
