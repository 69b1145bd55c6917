import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import { readExperimentVersion } from "../format/experiment_version_format.ts";
import { readRecord } from "../format/record_format.ts";
import { readVerdict } from "../format/verdict_format.ts";
import { summaryOfRecord } from "../history/run_summary.ts";
import type { ShownRun } from "./run_facts.ts";
import { runPage } from "./run_page.ts";

const read = (name: string) =>
  Deno.readFileSync(new URL(`../../fixtures/formats/v1/${name}`, import.meta.url));
const plain = makeStyle({ colour: false, now: () => new Date(1767225600000 + 7_200_000) });

function shown(): ShownRun {
  const record = readRecord(read("record.json"));
  const version = readExperimentVersion(read("experiment_version.json"));
  const verdicts = [readVerdict(read("verdict.json"))];
  const { metrics, outputs } = record;
  const summary = summaryOfRecord(record, version, verdicts);
  const { tags, note } = record;
  const words = { tags, note: note! };
  return {
    summary,
    start: record,
    version,
    metrics,
    outputs,
    record,
    verdicts,
    words,
    annotations: [],
    others: [],
    links: [],
  };
}

/** The lines under a title. */
function facts(page: string, title: string): string[] {
  const lines = page.split("\n");
  const first = lines.findIndex((line) => line.startsWith(`  ${title} `));
  const next = lines.findIndex((line, i) => i > first && !line.startsWith("    "));
  return lines.slice(first, next).map((line) => line.slice(2 + "variables".length).trim());
}

Deno.test("the page of a run names its code, image, inputs and outputs", () => {
  const page = runPage(shown(), plain);

  assert.match(page, /^train {2}kmzyqtwvxnoprlsu {2}succeeded\n/);
  assert.deepEqual(facts(page, "code"), [
    "2d8ae6e6a3c3 train: use the count of a week ago",
    "on branch main",
    "of https://git.example/lab/bikes.git",
    "in experiments/bikes/",
  ]);
  assert.deepEqual(facts(page, "image"), [
    "localhost/aero/bikes:3f1c sha256:c26b4cf944fed11c64803e93cc9b076dc38119cd775e2fd2a3d6f7334246b58e",
  ]);
  assert.deepEqual(facts(page, "inputs"), ["data ← cleaned:v2  made by qqrrsstuvwxyzklm"]);
  assert.deepEqual(facts(page, "outputs"), ["model → model:v3  1 file, 88 kB"]);
  assert.deepEqual(facts(page, "params"), [
    "features = lag_one_week",
    "max_depth = 5",
    "model.learning_rate = 0.1",
    "model.use = tree",
    "seed = 7",
  ]);
});

Deno.test("the page of a run says what its program logged, beside its params", () => {
  const logged = {
    params: { seed: "7", max_depth: 6, net: { width: 8 }, "odd\x1b[2J": 1 },
    tags: { owner: "mira", checked: "" },
    note: "as it\nsaid",
    inputs: [{ name: "counts", url: "file:///counts", digest: "9d0c1f" }, { name: "bare" }],
  };

  const page = runPage({ ...shown(), logged }, plain);

  assert.deepEqual(facts(page, "logged"), [
    "param max_depth = 6  the version has 5",
    "param net.width = 8",
    "param odd\\x1b[2J = 1",
    "tag owner=mira",
    "tag checked",
    "note as it\\nsaid",
    "read counts file:///counts 9d0c1f",
    "read bare",
  ]);
});

Deno.test("the page of a run names its machine, limits, secrets and parent, and what to type next", () => {
  const page = runPage(shown(), plain);

  assert.deepEqual(facts(page, "engine"), ["podman 4.3.1"]);
  assert.deepEqual(facts(page, "host"), [
    "mira at ws-14",
    "Debian GNU/Linux 12, kernel 6.1.0-28-amd64, x86_64",
    "AMD EPYC 7543, 32 cores, 270 GB",
    "NVIDIA A100, driver 550.54.15",
  ]);
  assert.deepEqual(facts(page, "limits"), ["4 CPUs, 8.6 GB"]);
  assert.deepEqual(facts(page, "secrets"), ["HF_TOKEN"]);
  assert.deepEqual(facts(page, "parent"), ["variant-of qqrrsstuvwxyzklm"]);
  assert.match(page, /aero diff qqrrsstuvwxyzklm kmzyqtwvxnoprlsu\n?$/);
});

Deno.test("a run that goes on is followed, and not rerun", () => {
  const { record: _record, ...known } = shown();
  const { endedAt: _endedAt, ...summary } = known.summary;
  const page = runPage({ ...known, summary: { ...summary, state: "running" } }, plain);

  assert.match(page, /going on for 2 h/);
  assert.match(page, /aero logs -f kmzyqtwvxnoprlsu$/);
  assert.doesNotMatch(page, /aero rerun/);
});

Deno.test("a note of several lines cannot pass as facts of the run", () => {
  const known = shown();
  const page = runPage(
    { ...known, words: { tags: [], note: "good\n  grade     verified\x1b[2J" } },
    plain,
  );

  assert.deepEqual(facts(page, "note"), ["good\\n  grade     verified\\x1b[2J"]);
});
