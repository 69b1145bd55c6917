import type { KnownRun } from "../actions/known_run.ts";
import { escapeInline } from "../cli/escape.ts";
import type { Style } from "../cli/style.ts";
import { flatParams } from "../history/run_values.ts";
import { loggedName } from "../model/logged_name.ts";
import { tagWord } from "../model/named_tags.ts";
import { paramAt } from "../model/params.ts";
import type { Line } from "./run_facts.ts";
import { paramText } from "./value_columns.ts";

/** What a run's program said of it beside metrics, a line each; what the version says too is left out. */
export function loggedFacts({ logged, version }: Pick<KnownRun, "logged" | "version">, style: Style): Line[] {
  if (logged === undefined) return [];
  const own = (name: string) => paramAt(version.params, name);
  const params = Object.entries(logged.params).flatMap(([name, value]) => {
    const shown = loggedName(name, value, own);
    if (shown === undefined) return [];
    const other = shown === name ? "" : style.dim(`  the version has ${escapeInline(paramText(own(name)))}`);
    return Object.entries(flatParams({ [name]: value })).map(([path, inner]) =>
      `param ${escapeInline(`${path} = ${paramText(inner)}`)}${other}`
    );
  });
  const lines = [
    ...params,
    ...Object.entries(logged.tags).map(([name, value]) => `tag ${escapeInline(tagWord(name, value))}`),
    ...(logged.note === undefined ? [] : [`note ${escapeInline(logged.note)}`]),
    ...logged.inputs.map(({ name, url = "", digest = "" }) =>
      `read ${escapeInline(name)} ${style.dim(escapeInline(`${url} ${digest}`.trim()))}`.trimEnd()
    ),
  ];
  return lines.map((line): Line => ["logged", line]);
}
