import assert from "node:assert/strict";
import { flagsOf } from "../cli/command.ts";
import { GLOBAL_FLAGS } from "../cli/global_flags.ts";
import { commandHelp } from "../cli/help.ts";
import { makeStyle } from "../cli/style.ts";
import { COMMANDS } from "./mod.ts";

const style = makeStyle({ colour: false, now: () => new Date(0) });

for (const entry of COMMANDS) {
  const title = entry.name.join(" ");

  Deno.test(`the table says of ${title} what the command says of itself`, async () => {
    const command = await entry.load();
    assert.deepEqual([...command.name], [...entry.name]);
    assert.equal(command.summary, entry.summary);
  });

  Deno.test(`${title} has flags of its own, each with help, and a page of help`, async () => {
    const command = await entry.load();
    const flags = flagsOf(command);
    for (const flag of flags) {
      assert.notEqual(flag.describe, "", flag.flag);
      assert.ok(
        !GLOBAL_FLAGS.some((other) => other.flag === flag.flag),
        `${flag.flag} is a flag of every command`,
      );
      assert.ok(
        flag.short === undefined || !GLOBAL_FLAGS.some((other) => other.short === flag.short),
        `-${flag.short} is a flag of every command`,
      );
    }
    assert.ok(command.examples.length > 0, "there is no example");
    for (const example of command.examples) assert.match(example.run, /\baero\b/);
    assert.match(commandHelp("aero", command, style), new RegExp(`Usage: aero ${title}`));
    const many = command.positionals.findIndex((positional) => positional.many);
    assert.ok(many < 0 || many === command.positionals.length - 1, "only the last argument takes many");
  });
}

Deno.test("no two commands share a name", () => {
  const names = COMMANDS.map((entry) => entry.name.join(" "));
  assert.equal(new Set(names).size, names.length);
});
