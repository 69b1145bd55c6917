import type { App } from "../app.ts";
import { applyOverrides, parseOverride } from "../config/override.ts";
import { UserError } from "../errors.ts";
import { nearest } from "../model/nearest.ts";
import type { InputRecord, RunRecord } from "../model/run.ts";
import type { Project } from "../pipeline/project.ts";
import { loadStoredRun, rerun, type StoredRun } from "../pipeline/rerun.ts";
import { finishing } from "../later_signal.ts";
import { resolveInputs } from "../pipeline/resolve_inputs.ts";
import { keepUnderCap } from "./prune_cache.ts";
import { findRecord } from "./run_lookups.ts";

/** What `aero rerun` was asked to do. */
export interface RerunRequest {
  readonly run: string;
  /** `name=value`, as typed. */
  readonly overrides: readonly string[];
  /** `input=reference`, as typed. */
  readonly artifact: readonly string[];
  readonly tag: readonly string[];
  readonly note?: string;
}

/** Runs a recorded run again. @throws {UserError} if the run is not found or a change does not fit. */
export async function rerunRecorded(app: App, request: RerunRequest): Promise<RunRecord> {
  const earlier = await findRecord(app, request.run);
  const project = await app.openProject();
  const stored = await loadStoredRun(project, earlier);
  const observer = app.observer();
  using _recording = finishing(app.signal);
  try {
    const record = await rerun(project, stored, {
      params: applyOverrides(stored.version.params, request.overrides.map(parseOverride)),
      inputs: await otherInputs(project, stored, request.artifact),
    }, {
      observer,
      signal: app.signal,
      tags: request.tag,
      ...(request.note === undefined ? {} : { note: request.note }),
    });
    await keepUnderCap(app);
    return record;
  } finally {
    observer.done();
  }
}

/** Reads `data=:v2` (another version of what the input reads) and `data=other:v1` (another artifact). */
async function otherInputs(
  project: Project,
  { record, version }: StoredRun,
  texts: readonly string[],
): Promise<Record<string, InputRecord>> {
  const wanted: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    const input = text.slice(0, Math.max(0, equals));
    const own = record.inputs[input];
    if (own === undefined) throw unknownInput(text, input, Object.keys(record.inputs));
    const reference = text.slice(equals + 1);
    wanted[input] = /^[:@]/.test(reference) ? own.artifact + reference : reference;
  }
  return await resolveInputs(record.stage, wanted, new Map(), project.services, version.project);
}

function unknownInput(text: string, input: string, known: readonly string[]): UserError {
  const near = nearest(input, known);
  return new UserError("input_unknown", {
    what: `Cannot change the input in ${JSON.stringify(text)}`,
    why: known.length === 0 ? "the run has no inputs" : `the run's inputs are ${known.join(", ")}`,
    fix: [`write \`--artifact ${near ?? known[0] ?? "INPUT"}=:v2\``],
  });
}
