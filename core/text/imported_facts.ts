import { escapeInline } from "../cli/escape.ts";
import type { Style } from "../cli/style.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { ImportedRun, RunStart } from "../model/run.ts";
import type { Line } from "./run_facts.ts";

/** The grade of a run that others' code made, and what it rests on. */
export function importedGrade(grade: string, { tracker }: ImportedRun): string {
  return `${grade}: made by others' code; described as ${tracker} has it, code and image are not kept`;
}

/** Where an imported run is from, a line each. */
export function importedFrom({ tracker, location, id, name, group }: ImportedRun): Line[] {
  return [
    ["imported", escapeInline(`from ${tracker}:${id} ${name}`)],
    ["imported", escapeInline(`of ${group} at ${location}`)],
  ];
}

/** What a tracker knew of the code, image, data and user of a run; what it did not know is left out. */
export function importedIdentity(
  { source, host }: Pick<RunStart, "source" | "host">,
  { image, inputs }: ImportedRun,
  { code }: ExperimentVersion,
  style: Style,
): Line[] {
  const commit = /[^0]/.test(code.commit) ? code.commit.slice(0, 12) : "";
  const known = `${commit} ${style.dim(escapeInline(source.subject))}`;
  return [
    ...(commit === "" && source.subject === "" ? [] : [["code", known.trim()] as const]),
    ...(source.branch === undefined ? [] : [["code", `on branch ${escapeInline(source.branch)}`] as const]),
    ...(source.remote === undefined ? [] : [["code", `of ${escapeInline(source.remote)}`] as const]),
    ...(image === undefined ? [] : [["image", escapeInline(image)] as const]),
    ...inputs.map(({ name, url = "", digest = "" }): Line => [
      "inputs",
      `${escapeInline(name)} ${style.dim(escapeInline(`${url} ${digest}`.trim()))}`.trimEnd(),
    ]),
    ...(host.user === "" ? [] : [["user", escapeInline(host.user)] as const]),
  ];
}
