import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { parseSize } from "../config/quantity.ts";
import { UserError } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero cache prune`. */
export const cachePrune = defineCommand({
  name: ["cache", "prune"],
  summary: "Remove what is longest unused until the cache is under its cap",
  description: "Files that a run is reading stay. What was removed is fetched or made again when needed.",
  examples: [
    { does: "See what would go", run: "aero cache prune --dry-run" },
    { does: "Keep one gigabyte", run: "aero cache prune --keep 1GB" },
    { does: "Empty the cache", run: "aero cache prune --keep 0" },
  ],
  positionals: [],
  input: z.strictObject({
    dryRun: z.boolean().default(false).describe("Report, and remove nothing"),
    keep: z.string().exactOptional().describe("Size to keep, such as 5GB; default: the cap of the config"),
  }),
  async run({ dryRun, keep }, app) {
    const keepBytes = keep === undefined ? undefined : readSize(keep);
    const { pruneCache } = await import("../actions/prune_cache.ts");
    return await pruneCache(app, { dryRun, ...(keepBytes === undefined ? {} : { keepBytes }) });
  },
  text: ({ dryRun, trees, objects, results, bytes, keptBytes }, style) =>
    trees + objects + results === 0
      ? style.dim(`Nothing to remove: the cache holds ${formatBytes(keptBytes)}`)
      : `${dryRun ? "Would remove" : "Removed"} ${plural(trees, "tree")}, ${plural(objects, "object")} and ` +
        `${plural(results, "result")}, ` +
        `${style.bold(formatBytes(bytes))}; ${formatBytes(keptBytes)} ${dryRun ? "would stay" : "stay"}`,
});

function readSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new UserError("flag_value_invalid", {
    what: "Cannot read the value of --keep",
    why: `${JSON.stringify(text)} is not a size`,
    fix: ["write a size, such as 5GB"],
  });
}
