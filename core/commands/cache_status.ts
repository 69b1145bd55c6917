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
    const { directory, room, trees, objects, results } = await openCache(app);
    const content = { trees: trees.list(), objects: objects.evictables(), results: results.list() };
    return {
      type: "cache",
      directory,
      bytes: room.usedBytes(),
      maxBytes: await room.maxBytes(),
      trees: { count: content.trees.length, bytes: bytesOf(content.trees) },
      objects: { count: content.objects.length, bytes: bytesOf(content.objects) },
      results: { count: content.results.length, bytes: bytesOf(content.results) },
    };
  },
  text: ({ directory, bytes, maxBytes, trees, objects, results }, style) =>
    [
      `${style.bold(directory)}  ${formatBytes(bytes)} of ${formatBytes(maxBytes)}`,
      `  ${plural(trees.count, "tree")} of files, ${formatBytes(trees.bytes)}`,
      `  ${plural(objects.count, "object")} of runs, ${formatBytes(objects.bytes)}`,
      `  ${plural(results.count, "result")} of stages, ${formatBytes(results.bytes)}`,
      ...(bytes > maxBytes ? [`Over its cap: ${style.cyan("aero cache prune")}`] : []),
    ].join("\n"),
});
