import { escapeInline } from "../cli/escape.ts";
import { formatBytes, formatCount } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import type { ManifestEntry } from "../model/manifest.ts";

/** A path that differs; sizes are told where entries are known. */
export interface ShownChange {
  readonly path: string;
  readonly change: "added" | "removed" | "modified";
  readonly before?: ManifestEntry;
  readonly after?: ManifestEntry;
}

// More than fills a terminal tells nobody anything.
const MOST_ON_TERMINAL = 20;

/** Paths that differ, one a line: `+ new.csv  12 kB`. On a terminal the first ones, and how many there are more. */
export function fileChangeLines(changes: readonly ShownChange[], style: Style): string[] {
  const most = style.columns === undefined ? Infinity : MOST_ON_TERMINAL;
  const lines = changes.slice(0, most).map((change) => changeLine(change, style));
  const more = changes.length - lines.length;
  return more === 0 ? lines : [...lines, style.dim(`… and ${formatCount(more)} more; all: --json`)];
}

/** `2 added, 1 removed, 3 changed`. */
export function changeCounts(changes: readonly ShownChange[]): string {
  const words = { added: "added", removed: "removed", modified: "changed" } as const;
  const parts = (["added", "removed", "modified"] as const).flatMap((kind) => {
    const count = changes.filter((change) => change.change === kind).length;
    return count === 0 ? [] : [`${formatCount(count)} ${words[kind]}`];
  });
  return parts.length === 0 ? "no file differs" : parts.join(", ");
}

function changeLine({ path, change, before, after }: ShownChange, style: Style): string {
  const name = escapeInline(path);
  switch (change) {
    case "added":
      return `${style.green(`+ ${name}`)}${sizeText(after)}`;
    case "removed":
      return `${style.red(`- ${name}`)}${sizeText(before)}`;
    case "modified":
      return `${style.yellow(`~ ${name}`)}${modification(before, after)}`;
  }
}

function sizeText(entry: ManifestEntry | undefined): string {
  if (entry === undefined) return "";
  return entry.kind === "file" ? `  ${formatBytes(entry.size)}` : `  → ${escapeInline(entry.target)}`;
}

function modification(before: ManifestEntry | undefined, after: ManifestEntry | undefined): string {
  if (before === undefined || after === undefined) return "";
  if (before.kind === "link" || after.kind === "link") {
    return `${sizeText(before)}  becomes${sizeText(after)}`;
  }
  if (before.digest === after.digest) return after.executable ? "  executable" : "  no longer executable";
  return before.size === after.size
    ? `  ${formatBytes(after.size)}`
    : `  ${formatBytes(before.size)} → ${formatBytes(after.size)}`;
}
