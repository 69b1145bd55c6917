import { keepsBudget, type Row } from "./bench.ts";
import type { Machine } from "./machine.ts";

/** What one bench found. */
export interface BenchReport {
  readonly name: string;
  readonly question: string;
  readonly rows: readonly Row[];
}

/** Tables for people: one for each bench, after what one must know of the machine. */
export function reportText(machine: Machine, reports: readonly BenchReport[]): string {
  const { commit, cpu, cores, load, kernel, disk, deno, at } = machine;
  const head = `commit ${commit}, ${cores} × ${cpu}, Linux ${kernel}, ${disk}, Deno ${deno}, load ${
    load.join(" ")
  }, ${at}`;
  return [head, ...reports.map(tableOf)].join("\n\n");
}

function tableOf({ name, question, rows }: BenchReport): string {
  const cells = rows.map((row) => [row.what, numberText(row), spreadText(row), boundText(row)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) =>
    row.map((cell, column) => column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column]!)).join(
      "  ",
    )
  );
  return [`${name}: ${question}`, ...lines.map((line) => `  ${line.trimEnd()}`)].join("\n");
}

function numberText({ value, unit }: Row): string {
  return `${short(value)} ${unit}`;
}

/** Smallest and largest of the rounds. */
function spreadText({ rounds }: Row): string {
  if (rounds === undefined || rounds.length < 2) return "";
  return `${short(Math.min(...rounds))} to ${short(Math.max(...rounds))} in ${rounds.length}`;
}

function boundText(row: Row): string {
  const kept = keepsBudget(row);
  if (kept === undefined) return "";
  const bound = row.atMost === undefined ? `at least ${short(row.atLeast!)}` : `at most ${short(row.atMost)}`;
  return `${bound}: ${kept ? "kept" : "MISSED"}`;
}

function short(value: number): string {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
