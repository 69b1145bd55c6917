import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { defineCommand } from "./define.ts";

/** `aero cache status`. */
export const cacheStatus = defineCommand({
  name: ["cache", "status"],
  summary: "Show what the cache holds, and how full it is",
  description: "The cache is shared by all projects of this user. All in it can be made again.",
  examples: [
    { does: "See how full the cache is", run: "aero cache status" },
    { does: "Have it as JSON", run: "aero cache status --json" },
  ],
  positionals: [],
  input: z.strictObject({}),
  async run(_input, app) {
    const { openCache } = await import("../actions/open_cache.ts");
    const { bytesOf } = await import("../cache/prune.ts");
    const { directory, maxBytes, trees, results } = await openCache(app);
    const content = { trees: trees.list(), results: results.list() };
    return {
      type: "cache",
      directory,
      bytes: bytesOf(content.trees) + bytesOf(content.results),
      maxBytes,
      trees: { count: content.trees.length, bytes: bytesOf(content.trees) },
      results: { count: content.results.length, bytes: bytesOf(content.results) },
    };
  },
  text: ({ directory, bytes, maxBytes, trees, results }, style) =>
    [
      `${style.bold(directory)}  ${formatBytes(bytes)} of ${formatBytes(maxBytes)}`,
      `  ${plural(trees.count, "tree")} of files, ${formatBytes(trees.bytes)}`,
      `  ${plural(results.count, "result")} of stages, ${formatBytes(results.bytes)}`,
      ...(bytes > maxBytes ? [`Over its cap: ${style.cyan("aero cache prune")}`] : []),
    ].join("\n"),
});
