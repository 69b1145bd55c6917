import type {
  ExaminationItem,
  StorageExamined,
  StorageFinding,
  StorageLoss,
  StorageMending,
} from "../actions/examine_storage.ts";
import { escapeInline } from "../cli/escape.ts";
import { formatBytes, formatCount, plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";

// Enough to see what they are; one lost disk makes a hundred thousand.
const FEW = 3;

/** Those of one kind, of one thing that refers to them, of which only the first were told. */
export interface MoreOfThem {
  readonly type: "more";
  readonly of: StorageFinding | StorageMending | StorageLoss;
  /** All, with those that were told. */
  readonly count: number;
  /** Of all whose size is known. */
  readonly bytes: number;
}

/** Gives the first few of each group as they come, and in the end, before the summary, how many each has. */
export async function* fewOfEach(
  items: AsyncIterable<ExaminationItem>,
): AsyncGenerator<ExaminationItem | MoreOfThem> {
  const groups = new Map<string, { of: MoreOfThem["of"]; count: number; bytes: number }>();
  for await (const item of items) {
    if (item.type === "fsck") {
      for (const group of groups.values()) if (group.count > FEW) yield { type: "more", ...group };
      yield item;
      continue;
    }
    const key = groupOf(item);
    const group = groups.get(key) ?? { of: item, count: 0, bytes: 0 };
    group.count++;
    group.bytes += "size" in item ? item.size ?? 0 : 0;
    groups.set(key, group);
    if (group.count <= FEW) yield item;
  }
}

function groupOf(item: MoreOfThem["of"]): string {
  return item.type === "repair"
    ? `repair ${item.action} ${item.from}`
    : `${item.type} ${item.kind} ${item.by}`;
}

/** One line of what an examination of a storage tells. */
export function examinationLine(item: ExaminationItem | MoreOfThem, style: Style): string {
  switch (item.type) {
    case "finding":
    case "loss":
      return `${head(item, style)}  ${escapeInline(item.message)}`;
    case "repair":
      return `${head(item, style)}  ${escapeInline(item.key)}${
        item.from === undefined ? "" : ` from ${item.from}`
      }`;
    case "more":
      return moreLine(item, style);
    case "fsck":
      return summaryLine(item, style);
  }
}

function head(item: MoreOfThem["of"], style: Style): string {
  if (item.type === "repair") return style.green(item.action);
  if (item.type === "loss") return `${style.red("left")}  ${item.kind}`;
  return `${item.damage ? style.red("damage") : style.yellow("odd")}  ${item.kind}`;
}

function moreLine({ of, count, bytes }: MoreOfThem, style: Style): string {
  const by = of.type === "repair" ? of.from === undefined ? "" : ` from ${of.from}` : referrerText(of.by);
  const size = bytes === 0 ? "" : `, ${formatBytes(bytes)}`;
  return `${head(of, style)}  ${
    style.bold(`${formatCount(count)} in all`)
  }${size}${by}; each of them: --json`;
}

/** What refers to something, by its key: ` of bikes/model:v3`, ` of run kqzm… of bikes`. */
function referrerText(key: string | undefined): string {
  if (key === undefined) return "";
  const label = /^artifacts\/([^/]+\/[^/]+)\/(v[0-9]+)\.json$/.exec(key);
  if (label !== null) return ` of ${label[1]}:${label[2]}`;
  const run = /^runs\/([^/]+)\/([^/]+)\//.exec(key);
  return run === null ? ` of ${escapeInline(key)}` : ` of run ${run[2]} of ${run[1]}`;
}

function summaryLine({ objects, bytes, location, mended, damaged }: StorageExamined, style: Style): string {
  const read = bytes === 0 && objects > 0
    ? `names and sizes of ${plural(objects, "object")}`
    : `${plural(objects, "object")}, ${formatBytes(bytes)}`;
  const put = mended === 0 ? "" : `; ${formatCount(mended)} mended`;
  if (damaged === 0) return `${style.green("sound")}  ${read} in ${location}${put}`;
  return `${style.red("damaged")}  ${plural(damaged, "finding")} in ${read} of ${location}${put}`;
}
