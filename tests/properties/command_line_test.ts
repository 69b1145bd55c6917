import assert from "node:assert/strict";
import fc from "fast-check";
import { completeLine } from "../../core/cli/complete.ts";
import { escapeInline, escapeStyled, jsonLine } from "../../core/cli/escape.ts";
import { COMMANDS } from "../../core/commands/mod.ts";
import { flagsOf } from "../../core/cli/command.ts";
import { readInput } from "../../core/cli/read_input.ts";
import { parseOverride } from "../../core/config/override.ts";
import { readProjectFile } from "../../core/config/project_file.ts";
import { UserError } from "../../core/errors.ts";

const text = fc.string({ unit: "binary", maxLength: 30 });
const SEED = { seed: 20260101, numRuns: 300 };

/** Runs something that may refuse its input, and fails for any other exception. */
function refusesAtMost(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));

Deno.test("no command line crashes the parser", () => {
  for (const command of commands) {
    const word = fc.oneof(
      text,
      fc.constantFrom("--", "-", "-n", ...flagsOf(command).map((flag) => flag.flag)),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 8 }),
        (args) => refusesAtMost(() => readInput(command, args, "aero")),
      ),
      { ...SEED, numRuns: 60 },
    );
  }
});

Deno.test("no command line crashes completion", async () => {
  const word = fc.oneof(text, fc.constantFrom("--", "config", "show", "--color", "-C", "completions"));
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
      const last = words.at(-1) ?? "";
      for (
        const { value } of await completeLine(COMMANDS, words, () => Promise.resolve([{ value: "train" }]))
      ) {
        assert.ok(value.startsWith(last) || value === ":file" || value === ":directory", value);
      }
    }),
    SEED,
  );
});

Deno.test("no text crashes the reading of aero.yaml", () => {
  const line = fc.oneof(
    text,
    fc.constantFrom(
      "project: x",
      "stages:",
      "  a:",
      "    command: x",
      "params: &a",
      "b: *a",
      "- x",
      "? [y]",
      "<<: *a",
      "!!js x",
    ),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      (lines) => refusesAtMost(() => readProjectFile(lines.join("\n"), "aero.yaml")),
    ),
    SEED,
  );
});

Deno.test("no value crashes the schema of aero.yaml", () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const project = fc.record({
    project: value,
    stages: fc.dictionary(text, value),
    environment: value,
    params: value,
  });
  fc.assert(
    fc.property(project, (raw) => refusesAtMost(() => readProjectFile(JSON.stringify(raw), "aero.yaml"))),
    SEED,
  );
});

Deno.test("no text crashes the reading of a param", () => {
  fc.assert(fc.property(text, (value) => refusesAtMost(() => parseOverride(`x=${value}`))), SEED);
  fc.assert(fc.property(text, (value) => refusesAtMost(() => parseOverride(value))), SEED);
});

Deno.test("what is printed holds no control character but newline, tab and aero's own colours", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0x2070 }).map((code) => String.fromCharCode(code)) }),
      (noise) => {
        // deno-lint-ignore no-control-regex
        const steering = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
        assert.doesNotMatch(escapeInline(noise), steering);
        assert.doesNotMatch(
          escapeStyled(`\x1b[31m${noise}\x1b[39m`).replaceAll("\x1b[31m", "").replaceAll("\x1b[39m", ""),
          steering,
        );
        assert.doesNotMatch(jsonLine(noise), steering);
        assert.equal(JSON.parse(jsonLine(noise)), noise);
      },
    ),
    SEED,
  );
});
