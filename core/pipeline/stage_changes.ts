import { canonicalJson } from "../format/canonical_json.ts";
import { diffValues } from "../history/value_change.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { shortDigest } from "../model/digest.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { JsonValue } from "../model/json.ts";
import type { InputRecord } from "../model/run.ts";

/** One side of a comparison of what a stage would run. */
export interface StageVersion {
  readonly version: ExperimentVersion;
  /** Input name to label; those without a label are left out. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Says what of a version differs from an earlier one, save for its code: one short text a difference, params first.
 */
export function versionChanges(before: StageVersion, after: StageVersion): string[] {
  const a = before.version, b = after.version;
  const params = diffValues(a.params, b.params).map((change) =>
    `param ${change.name} ${valueText(change.a)} → ${valueText(change.b)}`
  );
  // Params are filled in to the command, and containers and hosts have other paths.
  const filledIn = params.length > 0 || a.environment.kind !== b.environment.kind;
  return [
    ...params,
    ...inputChanges(before, after),
    ...environmentChanges(a.environment, b.environment),
    ...(filledIn || canonicalJson(a.command) === canonicalJson(b.command) ? [] : ["another command"]),
  ];
}

function inputChanges(before: StageVersion, after: StageVersion): string[] {
  const a = before.version.inputs, b = after.version.inputs;
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const text = (side: StageVersion, name: string) => {
    const input = side.version.inputs[name];
    if (input === undefined) return "none";
    return `${input.artifact}:${side.labels[name] ?? shortDigest(input.digest)}`;
  };
  return names.filter((name) =>
    a[name]?.digest !== b[name]?.digest || a[name]?.artifact !== b[name]?.artifact
  )
    .map((name) => `input ${name} ${text(before, name)} → ${text(after, name)}`);
}

function environmentChanges(
  a: ExperimentVersion["environment"],
  b: ExperimentVersion["environment"],
): string[] {
  if (a.kind !== b.kind) {
    return [
      `${b.kind === "host" ? "on the host" : "in a container"}, not ${
        a.kind === "host" ? "on the host" : "in a container"
      }`,
    ];
  }
  return diffValues({ ...a, env: { ...a.env } }, { ...b, env: { ...b.env } }).map(({ name, a, b }) =>
    name === "image" ? "another image" : `environment.${name} ${valueText(a)} → ${valueText(b)}`
  );
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return "none";
  const text = typeof value === "string" ? value : canonicalJson(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** Labels of the inputs of a run that is planned. */
export function labelsOf(
  inputs: Readonly<Record<string, InputRecord>> | RunSummary["inputs"],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { label }]) => label === undefined ? [] : [[name, label]]),
  );
}
