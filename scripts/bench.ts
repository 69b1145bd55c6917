// deno-lint-ignore-file no-console -- a script speaks on the console
/**
 * `deno task bench [BENCH…] [--quick] [--json FILE]`: measures aero beside its peers, in one run on this machine.
 *
 * Numbers of different machines, or of a machine that does other things meanwhile, are not to be compared: the ratios
 * are. AERO_BENCH_BINARY names a built aero; without it one is built. Peers are installed by pip below
 * AERO_BENCH_PEERS, by default `aero-bench` in the user's cache, and stay there. `--quick` makes all sizes small, to
 * see that the benches work. `--directory` is where the data goes (20 GB); it is removed at the end.
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { Aero } from "../tests/bench/aero.ts";
import type { Bench } from "../tests/bench/bench.ts";
import { keepsBudget } from "../tests/bench/bench.ts";
import { largeFileBench } from "../tests/bench/large_file_bench.ts";
import { describeMachine } from "../tests/bench/machine.ts";
import { manyFilesBench } from "../tests/bench/many_files_bench.ts";
import { metricsBench } from "../tests/bench/metrics_bench.ts";
import { mirroredRunBench } from "../tests/bench/mirrored_run_bench.ts";
import { Peers } from "../tests/bench/peers.ts";
import { run } from "../tests/bench/process.ts";
import { pushPullBench } from "../tests/bench/push_pull_bench.ts";
import { type BenchReport, reportText } from "../tests/bench/report.ts";
import { runOverheadBench } from "../tests/bench/run_overhead_bench.ts";
import { sacredBench } from "../tests/bench/sacred_bench.ts";
import { startUpBench } from "../tests/bench/start_up_bench.ts";
import { storageServerBench } from "../tests/bench/storage_server_bench.ts";
import { trackerBench } from "../tests/bench/tracker_bench.ts";
import { unchangedRunBench } from "../tests/bench/unchanged_run_bench.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const BENCHES: readonly Bench[] = [
  startUpBench,
  unchangedRunBench,
  runOverheadBench,
  largeFileBench,
  manyFilesBench,
  metricsBench,
  storageServerBench,
  pushPullBench,
  mirroredRunBench,
  trackerBench,
  sacredBench,
];

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    directory: { type: "string", default: Deno.env.get("TMPDIR") ?? "/var/tmp" },
  },
});
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `error: There is no bench ${unknown.join(", ")}\ncause: there are ${
      BENCHES.map((b) => b.name).join(", ")
    }`,
  );
  Deno.exit(2);
}
const chosen = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, () => interrupt.abort());
const note = (text: string) => console.error(`  ${text}`);
const home = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/aero-bench`;
const directory = await Deno.makeTempDir({ dir: values.directory, prefix: "aero-bench-" });

async function removeDirectory(path: string) {
  // Cached trees are read-only.
  await run(["chmod", "--recursive", "u+w", path]);
  await Deno.remove(path, { recursive: true });
}

let missed = 0;
try {
  const machine = await describeMachine(ROOT, directory);
  const peers = new Peers(Deno.env.get("AERO_BENCH_PEERS") ?? home, note);
  const aero = await Aero.open(Deno.env.get("AERO_BENCH_BINARY"), directory);
  note(`aero: ${aero.binary}, ${aero.packing}`);
  const reports: BenchReport[] = [];
  for (const { name, question, run } of chosen) {
    interrupt.signal.throwIfAborted();
    console.error(name);
    const own = `${directory}/${name}`;
    await Deno.mkdir(own);
    const rows = await run({
      directory: own,
      aero: aero.withHome(`${own}/home`),
      peers,
      quick: values.quick,
      signal: interrupt.signal,
      note,
    });
    await removeDirectory(own);
    reports.push({ name, question, rows });
    if (!values.quick) missed += rows.filter((row) => keepsBudget(row) === false).length;
  }
  console.log(reportText(machine, reports));
  if (values.json !== undefined) {
    const document = { machine, packing: aero.packing, quick: values.quick, benches: reports };
    await Deno.writeTextFile(values.json, JSON.stringify(document, null, 2) + "\n");
  }
} catch (error) {
  if (!interrupt.signal.aborted) throw error;
  missed = -1;
} finally {
  await removeDirectory(directory);
}
if (missed > 0) console.log(`\n${missed} bounds missed`);
Deno.exit(missed === 0 ? 0 : missed < 0 ? 130 : 1);
