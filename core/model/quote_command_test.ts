import assert from "node:assert/strict";
import { quoteCommand } from "./quote_command.ts";

Deno.test("quoteCommand() leaves plain words as they are", () => {
  assert.equal(quoteCommand(["python", "a b", "it's", ""]), "python 'a b' 'it'\\''s' ''");
});

Deno.test("a shell splits what quoteCommand() joined into the same words", async () => {
  const words = ["a b", "it's", "$HOME `id` \\", "", "*", "line\nfeed", "é", "~", "#x", "!y", "{a,b}", "[a]"];

  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `printf '%s\\0' ${quoteCommand(words)}`],
  }).output();

  assert.deepEqual(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
});
