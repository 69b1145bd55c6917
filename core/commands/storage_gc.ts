import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

const WORDS = {
  condemned: ["condemned", "would condemn"],
  removed: ["removed", "would remove"],
  pardoned: ["kept", "would keep"],
  repacked: ["repacked", "would repack"],
  damaged: ["damaged", "damaged"],
} as const;

/** `aero storage gc`. */
export const storageGc = defineCommand({
  name: ["storage", "gc"],
  summary: "Remove what nothing refers to from the storage",
  description:
    "What writers that were stopped have left, and packs that were packed anew. Runs, versions and images stay, with " +
    "all they refer to. It goes in two steps, so that it is safe while others run and store: what nothing refers to is " +
    "condemned now, and removed by the first gc after the days to keep, if nothing refers to it then. Packs that are " +
    "mostly garbage, or tiny, are packed anew. If a name cannot be read, nothing is changed; a list of what is condemned that cannot be read is removed as soon " +
    "as nobody can be at work by it. Exits 5 for damage.",
  examples: [
    { does: "See what would be condemned and removed", run: "aero storage gc --dry-run" },
    { does: "Condemn, and remove what was condemned two weeks ago", run: "aero storage gc" },
    { does: "Remove all of it now, while nobody else uses the storage", run: "aero storage gc --alone" },
  ],
  positionals: [],
  input: z.strictObject({
    dryRun: z.boolean().default(false).describe("Report, and change nothing"),
    keepDays: z.int().nonnegative().default(14).describe("Days between condemning and removing; at least 5"),
    alone: z.boolean().default(false).describe(
      "Nobody else uses the storage, on any machine: remove at once",
    ),
  }),
  async run(input, app) {
    const { collectStorageGarbage } = await import("../actions/collect_storage_garbage.ts");
    return collectStorageGarbage(app, input);
  },
  text(item, style) {
    if (item.type === "garbage") {
      const text = `${item.action.padEnd(9)}  ${formatBytes(item.bytes).padStart(9)}  ${item.key}`;
      return item.action === "damaged" ? style.red(text) : text;
    }
    const said = (["condemned", "removed", "pardoned", "repacked", "damaged"] as const)
      .filter((action) => item[action].count > 0)
      .map((action) => {
        const { count, bytes } = item[action];
        return `${WORDS[action][item.dryRun ? 1 : 0]} ${plural(count, "object")}, ${formatBytes(bytes)}`;
      });
    if (said.length === 0) return `${style.green("clean")}  nothing to remove in ${item.location}`;
    return `${style.bold(said.join("; "))}: ${item.location}`;
  },
  exitCode: (item) => item.type === "garbage" && item.action === "damaged" ? EXIT.corrupt : EXIT.ok,
});
