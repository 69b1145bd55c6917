import type { Bench, Row } from "./bench.ts";
import { run } from "./process.ts";
import { containerImage, createRepository, environmentYaml, lockImage } from "./project.ts";
import { interleave, median, ratios } from "./rounds.ts";

/** Writes lines as fast as Python can, and says how long that took. */
const PROGRAM = `
import os, sys, time
count = int(sys.argv[1])
start = time.monotonic()
with open(os.environ["AERO_METRICS"], "a") as file:
    for step in range(count):
        file.write('{"step":%d,"loss":%.6f,"accuracy":%.4f}\\n' % (step, 1 / (step + 1), step / count))
print("seconds", time.monotonic() - start)
`;

/** A program that reports far more than is sensible. */
export const metricsBench: Bench = {
  name: "metrics",
  question: "How many lines of metrics a second are taken in, and does that slow the program?",
  async run(context) {
    const { aero, quick, signal, note } = context;
    const lines = quick ? 20_000 : 2_000_000;
    const found = await containerImage();
    const image = "image" in found ? found.image : undefined;
    if ("why" in found) note(`on the host, not in containers: ${found.why}`);
    const project = `${context.directory}/project`;
    await createRepository(project, {
      "report.py": PROGRAM,
      "aero.yaml": `project: metrics\nstorage: { use: local }\n${environmentYaml(image)}stages:
  report: { command: [python3, report.py, "${lines}"] }
  silent: { command: [python3, report.py, "0"] }
`,
    });
    if (image !== undefined) await lockImage(context, project);
    const alone: number[] = [];
    const followed: number[] = [];
    const free = { AERO_METRICS: `${context.directory}/metrics.jsonl` };
    const command = image === undefined ? ["python3", "report.py"] : [
      ...[
        "podman",
        "run",
        "--rm",
        "--network",
        "none",
        "--volume",
        `${context.directory}:${context.directory}`,
      ],
      ...["--env", `AERO_METRICS=${free.AERO_METRICS}`, "--workdir", project, image, "python3", "report.py"],
    ];
    const aeroRun = async (stage: string) => {
      // What a program prints goes to stderr, and so stays out of the result.
      const { stdout } = await aero.run(["run", "--force", stage, "--json"], { cwd: project, signal });
      return JSON.parse(stdout).durationMs / 1000 as number;
    };
    const measured = await interleave(quick ? 2 : 5, {
      bare: async () => {
        const { stdout } = await run([...command, String(lines)], { cwd: project, env: free, signal });
        await Deno.remove(free.AERO_METRICS);
        alone.push(secondsIn(stdout));
        return secondsIn(stdout);
      },
      report: async () => {
        const seconds = await aeroRun("report");
        const { stdout } = await aero.run(["logs", "@last"], { cwd: project, signal });
        followed.push(secondsIn(stdout));
        return seconds;
      },
      silent: () => aeroRun("silent"),
    });
    // From the start of the run to its record, less what a run without metrics takes.
    const taken = measured.report.map((seconds, round) => lines / (seconds - measured.silent[round]!));
    // The first of each was the warm-up.
    const own = { alone: alone.slice(1), followed: followed.slice(1) };
    const slower = ratios(own.followed, own.alone);
    return [
      {
        what: `program that writes ${lines} lines, alone`,
        value: median(own.alone),
        unit: "s",
        rounds: own.alone,
      },
      {
        what: "the same program in a tracked run",
        value: median(own.followed),
        unit: "s",
        rounds: own.followed,
      },
      {
        what: "its own time, followed / alone",
        value: median(slower),
        unit: "×",
        rounds: slower,
        atMost: 1.1,
      },
      {
        what: "taken in, to the record",
        value: median(taken),
        unit: "lines/s",
        rounds: taken,
        atLeast: 200_000,
      },
    ] satisfies Row[];
  },
};

function secondsIn(text: string): number {
  const found = /^seconds (\S+)$/m.exec(text)?.[1];
  if (found === undefined) throw new TypeError(`The program did not say how long it took: ${text}`);
  return Number(found);
}
