import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import type { FlagShape } from "./flags.ts";
import { parseArguments } from "./parse.ts";

const FLAGS: readonly FlagShape[] = [
  { field: "dryRun", flag: "--dry-run", short: "n", kind: "boolean", many: false, describe: "" },
  { field: "force", flag: "--force", short: "f", kind: "boolean", many: false, describe: "" },
  { field: "step", flag: "--step", short: "s", kind: "number", many: false, describe: "" },
  { field: "tag", flag: "--tag", short: "t", kind: "string", many: true, describe: "" },
  { field: "mode", flag: "--mode", kind: "enum", choices: ["fast", "slow"], many: false, describe: "" },
];

function parse(...args: string[]) {
  return parseArguments(args, FLAGS, "aero x");
}

function fault(...args: string[]): UserError {
  try {
    parse(...args);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: `${args.join(" ")} was taken` });
}

const TAKEN: readonly (readonly [string[], Record<string, unknown>, string[]])[] = [
  [["a", "b"], {}, ["a", "b"]],
  [["--dry-run", "a"], { dryRun: true }, ["a"]],
  [["a", "--no-dry-run"], { dryRun: false }, ["a"]],
  [["--dry-run=false"], { dryRun: false }, []],
  [["-nf", "a"], { dryRun: true, force: true }, ["a"]],
  [["--step", "3"], { step: 3 }, []],
  [["--step=-3.5e2"], { step: -350 }, []],
  [["--step", "-3"], { step: -3 }, []],
  [["-s3", "-fs", "4"], { step: 4, force: true }, []],
  [["-s=3"], { step: 3 }, []],
  [["--tag", "a", "-tb", "--tag=c=d"], { tag: ["a", "b", "c=d"] }, []],
  [["--tag", ""], { tag: [""] }, []],
  [["lr=0.01", "--", "--dry-run", "-x"], {}, ["lr=0.01", "--dry-run", "-x"]],
  [["-", "-5", "-.5"], {}, ["-", "-5", "-.5"]],
  [["--mode", "slow"], { mode: "slow" }, []],
];

for (const [args, flags, positionals] of TAKEN) {
  Deno.test(`a command line is taken apart: ${args.join(" ")}`, () => {
    assert.deepEqual(parse(...args), { flags, positionals });
  });
}

const REFUSED: readonly (readonly [string[], string])[] = [
  [["--what"], "flag_unknown"],
  [["-x"], "flag_unknown"],
  [["-nx"], "flag_unknown"],
  [["--no-step"], "flag_unknown"],
  [["--step"], "flag_value_missing"],
  [["--tag", "--force"], "flag_value_missing"],
  [["--step", "three"], "flag_value_invalid"],
  [["--step="], "flag_value_invalid"],
  [["--step", "0x10"], "flag_value_invalid"],
  [["--step", "1e999"], "flag_value_invalid"],
  [["--mode", "medium"], "flag_value_invalid"],
  [["--force=maybe"], "flag_value_unexpected"],
  [["--no-force=true"], "flag_value_unexpected"],
  [["-n=1"], "flag_value_unexpected"],
];

for (const [args, code] of REFUSED) {
  Deno.test(`a command line is refused: ${args.join(" ")}`, () => {
    assert.equal(fault(...args).code, code);
  });
}

Deno.test("an unknown flag names the nearest one", () => {
  assert.ok(fault("--dryrun").report.fix?.includes("did you mean `--dry-run`?"));
  assert.ok(fault("--froce").report.fix?.includes("did you mean `--force`?"));
});

Deno.test("an unknown flag that is near to none names none", () => {
  assert.equal(fault("--elephant").report.fix?.length, 1);
});

Deno.test("a flag without its value names what it takes, and what follows it, if something does", () => {
  assert.deepEqual(fault("--mode").report.fix, ["give it one of fast, slow"]);
  assert.deepEqual(fault("--step").report.fix, []);
  assert.deepEqual(fault("--tag", "--force").report.fix, ["if that is its value, write `--tag=--force`"]);
});
