import type { Result } from "./results.ts";
import { FURTHER_FIGURES, type Selected } from "./selection.ts";

/** How one group went: tests in it, and how many passed here and elsewhere. */
interface Row {
  readonly group: string;
  readonly tests: number;
  readonly here: number;
  readonly radosgw16: number | undefined;
  readonly radosgw20: number | undefined;
}

/** One line a group, and a sum over the listed tests. */
export function groupTable(selected: readonly Selected[], results: readonly Result[]): string {
  const passed = new Set(results.filter(({ outcome }) => outcome === "passed").map(({ name }) => name));
  const groups = [...Map.groupBy(selected, ({ group }) => group)];
  const rows = groups.map(([group, tests]) => rowOf(group, tests, passed));
  const listed = selected.filter(({ radosgw16 }) => radosgw16 !== undefined);
  const sum = rowOf("all listed", listed, passed);
  const head = ["group", "tests", "here", "radosgw 16.2.15", "radosgw 20.2.4"];
  const cells = [...rows, sum].map((row) => [
    row.group,
    row.tests,
    row.here,
    row.radosgw16 ?? "",
    row.radosgw20 ?? "",
  ]);
  return [head, head.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function rowOf(group: string, tests: readonly Selected[], passed: ReadonlySet<string>): Row {
  const known = tests.some(({ radosgw16 }) => radosgw16 !== undefined);
  return {
    group,
    tests: tests.length,
    here: tests.filter(({ name }) => passed.has(name)).length,
    radosgw16: known ? tests.filter(({ radosgw16 }) => radosgw16).length : FURTHER_FIGURES[group]?.radosgw16,
    radosgw20: known ? tests.filter(({ radosgw20 }) => radosgw20).length : FURTHER_FIGURES[group]?.radosgw20,
  };
}

/** Each test that did not pass, with the first line of why; those that radosgw 20.2 passes come first. */
export function failureList(selected: readonly Selected[], results: readonly Result[]): string[] {
  const byName = new Map(results.map((result) => [result.name, result]));
  return selected
    .map((test) => ({ test, result: byName.get(test.name) }))
    .filter(({ result }) => result?.outcome !== "passed")
    .toSorted((a, b) => Number(a.test.radosgw20 === false) - Number(b.test.radosgw20 === false))
    .map(({ test, result }) => {
      const elsewhere = test.radosgw20 === undefined ? "" : test.radosgw20 ? " (radosgw 20.2 passes)" : "";
      return `${test.group}: ${test.name}${elsewhere}: ${result?.why ?? "not run"}`;
    });
}
