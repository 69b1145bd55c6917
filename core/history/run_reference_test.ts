import assert from "node:assert/strict";
import { sampleSummary } from "../../tests/support/sample_run.ts";
import { UserError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { RunId } from "../model/run_id.ts";
import { resolveRun, type RunLookups } from "./run_reference.ts";
import type { RunSummary } from "./run_summary.ts";

const COMMIT = "c0ffee".padEnd(40, "0");
const run = (id: string, startedAt: number, changes: Partial<RunSummary> = {}) =>
  sampleSummary({ run: id.padEnd(16, "z") as RunId, startedAt, ...changes });

const RUNS = [
  run("klm", 4_000_000, { stage: "train", version: `sha256:${"abcdef".repeat(10)}0000` as Digest }),
  run("kln", 3_000_000, {
    stage: "clean",
    tags: ["best one"],
    version: `sha256:${"abcde1".repeat(10)}0000` as Digest,
  }),
  run("pqr", 2_000_000, {
    stage: "train",
    commit: COMMIT,
    version: `sha256:${"c0ffee".repeat(10)}1111` as Digest,
  }),
  run("xyz", 1_000_000, {
    stage: "clean",
    commit: COMMIT,
    version: `sha256:${"123456".repeat(10)}0000` as Digest,
  }),
];

const LOOKUPS: RunLookups = {
  byPrefix: (prefix) => RUNS.filter((summary) => summary.run.startsWith(prefix)),
  runs: (stage) => RUNS.filter((summary) => stage === undefined || summary.stage === stage),
  byVersion: (hex) => RUNS.filter((summary) => summary.version.startsWith(`sha256:${hex}`)),
  byCommit: (commit) => RUNS.filter((summary) => summary.commit === commit),
  runOfArtifact: (reference) => Promise.resolve(reference === "model:v3" ? RUNS[0]!.run : undefined),
  commitNamed: (name) =>
    Promise.resolve(
      ({ "paper-v1": COMMIT, x: COMMIT, empty: "d".repeat(40) } as Record<string, string>)[name],
    ),
  names: () => Promise.resolve(["paper-v1"]),
  searched: () => Promise.resolve({ place: "this project", elsewhere: [] }),
  now: 7_600_000,
};

for (
  const [reference, index] of [
    ["klmzzzzzzzzzzzzz", 0],
    ["klm", 0],
    ["p", 2],
    ["@last", 0],
    ["@last-1", 1],
    ["@last:clean", 1],
    ["@last-1:clean", 3],
    ["model:v3", 0],
    ["paper-v1", 2],
    ["abcdef", 0],
    ["sha256:abcde1", 1],
    ["123456", 3],
    // A run comes before a branch of the same letters.
    ["x", 3],
  ] as const
) {
  Deno.test(`${reference} means run ${index}`, async () => {
    assert.equal(await resolveRun(reference, LOOKUPS), RUNS[index]!.run);
  });
}

async function refusal(reference: string, lookups = LOOKUPS): Promise<UserError> {
  try {
    await resolveRun(reference, lookups);
  } catch (error) {
    assert(error instanceof UserError);
    return error;
  }
  throw new assert.AssertionError({ message: `${reference} was resolved` });
}

Deno.test("an ambiguous prefix lists the candidates with stage, state and age", async () => {
  const error = await refusal("kl");

  assert.equal(error.code, "run_ambiguous");
  assert.match(error.report.why!, /klmzzzzzzzzzzzzz \(train, succeeded, 1 hour ago\)/);
  assert.match(error.report.why!, /klnzzzzzzzzzzzzz \(clean, succeeded, 1 hour ago\)/);
});

Deno.test("a prefix of several versions is ambiguous, and so is one of a version and a commit", async () => {
  const short: RunLookups = { ...LOOKUPS, byVersion: () => RUNS.slice(0, 2) };
  const both: RunLookups = { ...LOOKUPS, commitNamed: () => Promise.resolve(COMMIT) };

  assert.equal((await refusal("abcde0", short)).code, "run_ambiguous");
  assert.equal((await refusal("abcdef", both)).code, "run_ambiguous");
});

for (
  const [reference, why, fix] of [
    ["@last-9", /has 4 runs/, /aero list/],
    ["@last:nothing", /stage "nothing" has no runs/, /aero run/],
    ["data:v1", /added as data/, /aero artifact show data:v1/],
    ["empty", /commit dddddddddddd has no runs/, /aero list/],
    ["train", /name of a stage/, /@last:train/],
    ["best one", /a tag that runs were given/, /'tag = "best one"'.*`klnz/s],
    ["paper-v2", /no run id/, /paper-v1/],
    ["tarin", /no run id/, /@last:train/],
    ["@lst", /no run id/, /write `@last`/],
    ["abc", /no run id/, /aero list/],
    ["zzzz", /no run id/, /aero list/],
  ] as const
) {
  Deno.test(`${reference} is not found, and the way out is told`, async () => {
    const error = await refusal(reference);

    assert.equal(error.code, "run_not_found");
    assert.match(error.report.why!, why);
    assert.match(error.report.fix!.join(), fix);
  });
}
