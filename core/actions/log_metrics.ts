import { OutsideError, UserError } from "../errors.ts";

/** What `aero log` was given. */
export interface LoggedMetrics {
  /** `NAME=NUMBER`, as typed. */
  readonly metrics: readonly string[];
  readonly step?: string;
}

/**
 * Adds a line to a run's file of metrics: the same line that the shell command inside a run writes.
 *
 * @param path What AERO_METRICS says.
 * @returns The line, without its end.
 * @throws {UserError} `metric_invalid`, `not_in_run`; {OutsideError} `metrics_unwritable`.
 */
export function logMetrics(path: string | undefined, metrics: LoggedMetrics): string {
  const line = metricsLine(metrics);
  if (path === undefined || path === "") {
    throw new UserError("not_in_run", {
      what: "Cannot log metrics",
      why: "this is not in an aero run: AERO_METRICS is not set",
      fix: ["have the program do it, and start it by `aero run` or `aero dev`"],
    });
  }
  try {
    // One write at the end of the file: lines of several writers do not mix.
    using file = Deno.openSync(path, { append: true, create: true });
    file.writeSync(new TextEncoder().encode(`${line}\n`));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new OutsideError("metrics_unwritable", {
      what: `Cannot write to ${path}`,
      why: cause.message,
      fix: ['see what AERO_METRICS names: `ls -l "$AERO_METRICS"`'],
    }, { cause });
  }
  return line;
}

/**
 * One line of `metrics.jsonl`.
 *
 * @throws {UserError} `metric_invalid`.
 */
export function metricsLine({ metrics, step }: LoggedMetrics): string {
  const members = step === undefined ? [] : [`"step":${stepNumber(step)}`];
  for (const text of metrics) {
    // The last `=` divides: a name may hold one, a number cannot.
    const equals = text.lastIndexOf("=");
    if (equals < 0) throw invalid(text, "a metric is written NAME=NUMBER");
    const name = text.slice(0, equals);
    if (name === "") throw invalid(text, "the name is missing");
    if (name === "step") throw invalid(name, "a metric cannot have this name; give --step");
    members.push(`${JSON.stringify(name)}:${jsonNumber(name, text.slice(equals + 1))}`);
  }
  return `{${members.join(",")}}`;
}

function stepNumber(text: string): string {
  const number = jsonNumber("step", text);
  if (number.startsWith('"')) throw invalid("step", `${JSON.stringify(text)} is not a finite number`);
  return number;
}

/** The JSON form of a number as people and programs print it; kept as written, since floats differ in length. */
function jsonNumber(name: string, text: string): string {
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text);
  if (special !== null) {
    return special[2]!.toLowerCase() === "nan" ? '"NaN"' : `"${special[1] === "-" ? "-" : ""}Infinity"`;
  }
  const number = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = "", fraction = "", exponent] = number ?? [];
  if (number === null || whole + fraction === "") {
    throw invalid(name, `${JSON.stringify(text)} is not a number`);
  }
  // JSON has neither leading zeros nor a bare point.
  return (sign === "-" ? "-" : "") + (whole.replace(/^0+(?=\d)/, "") || "0") +
    (fraction === "" ? "" : `.${fraction}`) + (exponent === undefined ? "" : `e${exponent}`);
}

function invalid(name: string, why: string): UserError {
  return new UserError("metric_invalid", { what: `Cannot log ${JSON.stringify(name)}`, why });
}
