import type { RelativePath } from "../model/relative_path.ts";
import type { WalkedEntry } from "./look_at.ts";

/** Asks a Worker what the file system says of paths. */
export interface LookRequest {
  readonly root: string;
  /** Joined by NUL: one text costs less to hand over than many. */
  readonly paths: string;
}

/** The answer; numbers and not objects, which would cost more to hand over than to look. */
export interface LookReport {
  /** Six numbers a path: size, modified, changed, inode, device, and 1 if it may be executed. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Of the paths that are links: position and target. */
  readonly links: readonly (readonly [at: number, target: string])[];
}

const COLUMNS = 6;

/** Entries as they go from a Worker. */
export function encodeEntries(entries: readonly WalkedEntry[]): LookReport {
  const numbers = new Float64Array(entries.length * COLUMNS);
  const links: [number, string][] = [];
  entries.forEach((entry, i) => {
    if (entry.kind === "link") return void links.push([i, entry.target]);
    const { size, modifiedAt, changedAt, inode, device } = entry.stamp;
    const at = i * COLUMNS;
    numbers[at] = size;
    numbers[at + 1] = modifiedAt;
    numbers[at + 2] = changedAt;
    numbers[at + 3] = inode;
    numbers[at + 4] = device;
    numbers[at + 5] = entry.executable ? 1 : 0;
  });
  return { numbers, links };
}

/** The entries that a report is of. */
export function decodeEntries(paths: readonly RelativePath[], { numbers, links }: LookReport): WalkedEntry[] {
  const targets = new Map(links);
  return paths.map((path, i): WalkedEntry => {
    const target = targets.get(i);
    if (target !== undefined) return { kind: "link", path, target };
    const at = i * COLUMNS;
    return {
      kind: "file",
      path,
      stamp: {
        size: numbers[at]!,
        modifiedAt: numbers[at + 1]!,
        changedAt: numbers[at + 2]!,
        inode: numbers[at + 3]!,
        device: numbers[at + 4]!,
      },
      executable: numbers[at + 5] === 1,
    };
  });
}
