// deno-lint-ignore-file no-console -- a script speaks on the console
/**
 * `deno task test [-- PATH… --filter …]`: every test, with leak checks, and a plain account at the end.
 *
 * The last line is `N passed, N failed, N skipped`, alone; the exit code is 0 only if nothing failed and
 * something ran.
 */
import { type Outcome, readJunit, skipReasons } from "./run_tests/junit.ts";

const PLACES = ["core", "plugins", "tests", "scripts"];

/** How many of the slowest tests are named. */
const SLOWEST = 10;

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Runs `deno test`; its output goes to the terminal as it comes, and is kept. */
async function runTests(args: readonly string[], junit: string): Promise<{ code: number; output: string }> {
  const places = args.some((arg) => !arg.startsWith("-")) ? [] : PLACES;
  const present = (await Promise.all(places.map(async (place) => await exists(place) ? [place] : []))).flat();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--allow-all",
      "--parallel",
      "--shuffle",
      "--sanitize-ops",
      "--sanitize-resources",
      "--doc",
      `--junit-path=${junit}`,
      ...present,
      ...args,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    await Deno.stdout.write(chunk);
  }
  return { code: (await child.status).code, output };
}

function tell(outcomes: readonly Outcome[], output: string) {
  const slowest = outcomes.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  console.log("\nSlowest:");
  for (const { seconds, file, name } of slowest) {
    console.log(`  ${seconds.toFixed(2).padStart(7)} s  ${file}: ${name}`);
  }
  const reasons = skipReasons(output);
  const skipped = outcomes.filter((outcome) => outcome.result === "skipped");
  if (reasons.length + skipped.length > 0) console.log("\nSkipped:");
  for (const reason of reasons) console.log(`  ${reason}`);
  for (const { file, name } of skipped) console.log(`  ${file}: ${name}`);
}

const directory = await Deno.makeTempDir({ prefix: "aero-test-" });
let failed = true;
try {
  const junit = `${directory}/junit.xml`;
  const { code, output } = await runTests(Deno.args, junit);
  const outcomes = readJunit(await Deno.readTextFile(junit).catch(() => ""));
  const count = (result: Outcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  if (outcomes.length > 0) tell(outcomes, output);
  // A file that does not compile, or a leak past the last test, fails the run without failing a test.
  const failures = Math.max(count("failed"), code === 0 && outcomes.length > 0 ? 0 : 1);
  failed = failures > 0;
  console.log(`\n${count("passed")} passed, ${failures} failed, ${count("skipped")} skipped`);
} finally {
  await Deno.remove(directory, { recursive: true });
}
Deno.exit(failed ? 1 : 0);
