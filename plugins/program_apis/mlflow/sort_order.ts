import type { FieldValues, SearchField } from "./search_filter.ts";
import { parseField } from "./search_filter.ts";
import { invalid } from "./refusal.ts";

/** By what a search is sorted. */
export interface SortKey {
  readonly field: SearchField;
  readonly ascending: boolean;
}

/** Reads `metrics.loss DESC`. @throws {Refusal} */
export function parseSortKey(text: string): SortKey {
  const said = text.trim();
  if (said === "") throw invalid("Invalid order_by: it is empty");
  const order = /\s(asc|desc)$/i.exec(said);
  return {
    field: parseField(said.slice(0, order?.index).trimEnd()),
    ascending: order?.[1]?.toLowerCase() !== "desc",
  };
}

/** `items` sorted by `keys`; equal ones keep their order, and what has no value comes last. */
export function sorted<Item>(
  items: readonly Item[],
  keys: readonly SortKey[],
  valuesOf: (item: Item) => FieldValues,
): readonly Item[] {
  const rows = items.map((item) => {
    const values = valuesOf(item);
    return { item, by: keys.map(({ field }) => values(field)[0]) };
  });
  rows.sort((a, b) => {
    for (const [i, { ascending }] of keys.entries()) {
      const order = compare(a.by[i], b.by[i], ascending);
      if (order !== 0) return order;
    }
    return 0;
  });
  return rows.map(({ item }) => item);
}

type Value = string | number | undefined;

function compare(a: Value, b: Value, ascending: boolean): number {
  const aLast = isNothing(a), bLast = isNothing(b);
  if (aLast || bLast) return Number(aLast) - Number(bLast);
  if (a === b) return 0;
  return (a! < b!) === ascending ? -1 : 1;
}

function isNothing(value: Value): boolean {
  return value === undefined || Number.isNaN(value);
}
