import assert from "node:assert/strict";
import * as z from "zod";
import { memoryIo } from "../../tests/support/memory_io.ts";
import { type AnyCommand, commandDefiner } from "./command.ts";
import { dispatch } from "./dispatch.ts";

const prune = commandDefiner<never>()({
  name: ["cache", "prune"],
  summary: "Prune it",
  examples: [{ does: "Prune it", run: "aero cache prune x" }],
  positionals: [{ name: "objects", many: true, required: true, describe: "What to prune" }],
  input: z.strictObject({
    objects: z.array(z.string()),
    keep: z.number().default(3).describe("How many to keep"),
  }),
  shorts: { k: "keep" },
  run: () => Promise.resolve({ type: "none" }),
  text: () => "",
}) as unknown as AnyCommand<never>;

/** Types a command line that is to end well, and gives the lines that it prints. */
async function ask(...args: string[]): Promise<Record<string, unknown>[]> {
  const io = memoryIo();
  const entry = (name: readonly string[], group: "Groups" | "hidden") => ({
    name,
    group,
    summary: "Prune it",
    load: () => Promise.resolve(prune),
  });
  const code = await dispatch(args, io, {
    name: "aero",
    version: "1.2.3",
    about: "About.",
    topics: { odd: { summary: "Odd things", load: () => Promise.resolve("All\n") } },
    commands: [entry(["cache", "prune"], "Groups"), entry(["cache", "words"], "hidden")],
    openApp: () => Promise.reject(new TypeError("Help opens nothing")),
  });
  assert.deepEqual([code, io.err()], [0, ""]);
  return io.out().trimEnd().split("\n").map((line) => JSON.parse(line));
}

for (
  const args of [["help", "--json"], ["--json", "-h"], ["help", "cache", "--json"], ["cache", "-h", "--json"]]
) {
  Deno.test(`\`aero ${args.join(" ")}\` gives an item for each command that is not hidden`, async () => {
    assert.deepEqual(await ask(...args), [
      { type: "command", name: "cache prune", group: "Groups", summary: "Prune it" },
    ]);
  });
}

for (const args of [["help", "cache", "prune", "--json"], ["cache", "prune", "--json", "--help"]]) {
  Deno.test(`\`aero ${args.join(" ")}\` gives all that a command says of itself`, async () => {
    const [item, ...more] = await ask(...args);

    assert.deepEqual(more, []);
    const { flags, ...rest } = item as { flags: readonly { flag: string }[] };
    assert.deepEqual(rest, {
      type: "help",
      command: "cache prune",
      summary: "Prune it",
      usage: "aero cache prune [FLAG…] OBJECTS…",
      arguments: [{ name: "OBJECTS", required: true, many: true, describe: "What to prune" }],
      examples: [{ does: "Prune it", run: "aero cache prune x" }],
    });
    assert.deepEqual(flags[0], {
      flag: "--keep",
      short: "-k",
      value: "N",
      required: false,
      many: false,
      default: 3,
      describe: "How many to keep",
    });
    assert.ok(flags.some(({ flag }) => flag === "--json"));
  });
}

Deno.test("a topic is one item with its text", async () => {
  assert.deepEqual(await ask("help", "odd", "--json"), [{ type: "topic", name: "odd", text: "All\n" }]);
});
