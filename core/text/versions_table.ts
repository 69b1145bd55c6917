import type { VersionItem } from "../actions/artifact_versions.ts";
import { formatAgo, formatBytes, formatCount } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import type { JsonObject } from "../model/json.ts";
import { shortDigest } from "../model/digest.ts";
import type { Digest } from "../model/digest.ts";
import type { Origin } from "../model/lineage.ts";
import { fittedTable } from "./fit_columns.ts";
import { paramText } from "./value_columns.ts";

/** Versions of one artifact as a table. */
export function versionsTable(versions: readonly VersionItem[], style: Style): string {
  const now = style.now().getTime();
  return fittedTable(
    versions,
    [
      { title: "version", value: ({ label }) => label, paint: style.bold, shrink: false },
      ...(versions.some(({ aliases }) => aliases.length > 0)
        ? [{
          title: "aliases",
          worth: 90,
          value: ({ aliases }: VersionItem) => aliases.map((alias) => `@${alias}`).join(" "),
          paint: style.green,
        }]
        : []),
      { title: "age", worth: 80, value: ({ createdAt }) => formatAgo(createdAt, now) },
      { title: "files", worth: 40, align: "right", value: ({ files }) => formatCount(files) },
      { title: "size", worth: 50, align: "right", value: ({ bytes }) => formatBytes(bytes) },
      { title: "digest", worth: 70, value: ({ digest }) => shortDigest(digest as Digest), shrink: false },
      { title: "origin", worth: 30, value: ({ origin }) => originText(origin) },
      ...(versions.some(({ message, note }) => (note ?? message) !== undefined)
        ? [{ title: "message", worth: 60, value: ({ message, note }: VersionItem) => note ?? message ?? "" }]
        : []),
      ...(versions.some(({ metadata }) => metadata !== undefined)
        ? [{
          title: "metadata",
          worth: 20,
          value: ({ metadata }: VersionItem) => metadataText(metadata ?? {}),
        }]
        : []),
    ],
    style,
    "--json",
  );
}

/** Metadata in a line: `license=CC0-1.0 reviewed=true`. */
export function metadataText(metadata: JsonObject): string {
  return Object.entries(metadata).map(([field, value]) => `${field}=${paramText(value)}`).join(" ");
}

/** Where a version came from: `run kqzm…`, or `added by ada at lab from /data/counts.csv`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case "run":
      return `run ${origin.run}`;
    case "added":
      return `added by ${origin.by} at ${origin.host} from ${origin.path}`;
    case "imported":
      return `imported by ${origin.by} from ${origin.url}`;
  }
}
