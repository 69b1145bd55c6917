import { parseLoose } from "../../../plugins/trackers/wandb/loose_json.ts";
import { need, type StoredRun } from "./world.ts";

// 10 MiB less 100 KiB.
const MOST_LINE = 10_383_360;
const KNOWN = ["files", "uploaded", "complete", "exitcode", "preempting", "dropped"];
const NAMES = ["wandb-history.jsonl", "wandb-events.jsonl", "wandb-summary.json", "output.log"];
const CONSOLE = /^(ERROR )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} /;

/** Takes one request of a run's stream. @throws {Refusal} for what a server would not take, or would lose in silence. */
export function takeStream(run: StoredRun, body: unknown, now: number): { stopped: boolean } {
  need(isObject(body), "the body must be an object");
  for (const key of Object.keys(body)) need(KNOWN.includes(key), `unknown key ${key}`);
  const { files = {}, uploaded, complete, exitcode } = body;
  need(isObject(files), "files must be an object");
  // All is checked before any is taken.
  const parts = Object.entries(files).map(([name, part]) => checkedPart(run, name, part));
  need(uploaded === undefined || Array.isArray(uploaded), "uploaded must be a list");
  for (const name of (uploaded ?? []) as string[]) {
    need(run.files.get(name)?.bytes !== undefined, `${name} was reported and not put`);
  }
  need(complete === undefined || complete === true || complete === false, "complete must be true or false");
  need((complete === true) === (exitcode !== undefined), "complete and exitcode come together");
  need(exitcode === undefined || Number.isInteger(exitcode), "exitcode must be a whole number");
  for (const { name, offset, content } of parts) put(run, name, offset, content);
  for (const name of (uploaded ?? []) as string[]) run.files.get(name)!.reported = true;
  run.heartbeatAt = now;
  // What comes behind the end makes a run go on.
  delete run.exitCode;
  run.state = "running";
  if (complete === true) {
    run.exitCode = exitcode as number;
    run.state = exitcode === 0 ? "finished" : "failed";
  }
  return { stopped: run.stopped };
}

interface Part {
  readonly name: string;
  readonly offset: number;
  readonly content: readonly string[];
}

function checkedPart(run: StoredRun, name: string, part: unknown): Part {
  need(NAMES.includes(name), `unknown file ${name}`);
  need(isObject(part), `${name} must be an object`);
  const { offset, content, ...more } = part;
  need(Object.keys(more).length === 0, `unknown keys in ${name}: ${Object.keys(more).join()}`);
  need(Number.isInteger(offset) && (offset as number) >= 0, `${name}: offset must be a whole number`);
  need(
    Array.isArray(content) && content.every((line) => typeof line === "string"),
    `${name}: content must be lines`,
  );
  const at = offset as number;
  const lines = content as string[];
  for (const line of lines) need(line.length <= MOST_LINE, `${name}: a line is too long`);
  if (name === "wandb-summary.json") {
    need(at === 0 && lines.length === 1, "the summary is one line at 0");
    need(isObject(parseLoose(lines[0]!)), "the summary must be an object");
    return { name, offset: at, content: lines };
  }
  const has = linesOf(run, name);
  need(at <= has.length, `${name}: offset ${at} leaves lines out, there are ${has.length}`);
  if (name === "output.log") {
    for (const line of lines) {
      need(CONSOLE.test(line), `a console line has no time: ${JSON.stringify(line.slice(0, 60))}`);
    }
  }
  if (name === "wandb-history.jsonl") checkSteps([...has.slice(Math.max(0, at - 1), at), ...lines]);
  if (name === "wandb-events.jsonl") {
    for (const line of lines) need(isObject(parseLoose(line)), "an event must be an object");
  }
  return { name, offset: at, content: lines };
}

function checkSteps(lines: readonly string[]): void {
  let last = -1;
  for (const line of lines) {
    const row = parseLoose(line);
    need(isObject(row), "a line of history must be an object");
    const { _step: step, _timestamp: at, _runtime: runtime } = row;
    need(Number.isSafeInteger(step), `_step must be a whole number; it is ${step}`);
    need((step as number) > last, `_step must increase; ${step} comes behind ${last}`);
    need(typeof at === "number" && at > 1e9 && at < 1e11, `_timestamp must be seconds; it is ${at}`);
    need(runtime === undefined || typeof runtime === "number", "_runtime must be a number");
    last = step as number;
  }
}

function linesOf(run: StoredRun, name: string): string[] {
  if (name === "output.log") return run.log;
  return name === "wandb-history.jsonl" ? run.history : run.events;
}

function put(run: StoredRun, name: string, offset: number, content: readonly string[]): void {
  if (name === "wandb-summary.json") {
    run.summary = content[0]!;
    return;
  }
  const lines = linesOf(run, name);
  content.forEach((line, i) => lines[offset + i] = line);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
