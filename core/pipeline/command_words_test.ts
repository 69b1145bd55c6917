import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../errors.ts";
import { propertyRun } from "../../tests/support/property_seed.ts";
import { quoteCommand } from "../model/quote_command.ts";
import { splitCommand } from "./command_words.ts";

const SPLITS: [line: string, words: string[]][] = [
  ["python train.py --depth 5", ["python", "train.py", "--depth", "5"]],
  ["  a\t b\n c ", ["a", "b", "c"]],
  ["a 'b c' \"d e\"", ["a", "b c", "d e"]],
  ["a''b \"\" ''", ["ab", "", ""]],
  [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
  ["a\\ b \\'", ["a b", "'"]],
  ["a \\\n b", ["a", "b"]],
  ["--out=${outputs.model}/x", ["--out=${outputs.model}/x"]],
  ["${ params.a b }", ["${ params.a b }"]],
  ["a $$5 '$x' \"$(y)\"", ["a", "$$5", "$x", "$(y)"]],
  ["'a|b' \\> \"c;d\"", ["a|b", ">", "c;d"]],
];

for (const [line, words] of SPLITS) {
  Deno.test(`splitCommand() reads ${JSON.stringify(line)} as a shell would`, () => {
    assert.deepEqual(splitCommand(line, "stages.train.command"), words);
  });
}

const REFUSED = [
  "a | b",
  "a > b",
  "a < b",
  "a && b",
  "a; b",
  "a $HOME",
  "a $(b)",
  "a `b`",
  "(a)",
  "ls *.csv",
  "ls a?",
  "a 'b",
  'a "b',
  'a "b\\"',
  "a \\",
  "a ${params.x",
  "",
  " \t\n",
];

for (const line of REFUSED) {
  Deno.test(`splitCommand() refuses ${JSON.stringify(line)} and names where it stands`, () => {
    assert.throws(
      () => splitCommand(line, "stages.train.command"),
      (error: unknown) =>
        error instanceof UserError && error.code === "command_invalid" &&
        error.report.what.includes("stages.train.command") && error.report.fix!.length > 0,
    );
  });
}

Deno.test("splitCommand() gives back the words that quoteCommand() joined, whatever is in them", () => {
  const word = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("", "'", "\\", "a b", "$x\n"),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      assert.deepEqual(splitCommand(quoteCommand(words), "command"), words);
    }),
    propertyRun(),
  );
});
