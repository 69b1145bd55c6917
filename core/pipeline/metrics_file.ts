import { UserError } from "../errors.ts";
import { isJsonObject } from "../model/json.ts";
import type { MetricPoint } from "../model/metric.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import { readProgramJson } from "./program_json.ts";
import { metricNameFault } from "./reported_metrics.ts";

/** Largest metrics file that is read, in bytes. */
const MAX_BYTES = 16 << 20;

/**
 * Reads the numbers of a JSON file that a program wrote. Nested names are joined by dots: `{"test":{"rmse":1}}` is
 * `test.rmse`. Members that are not numbers are left out; NaN and the infinities, as Python's `json` spells them, are
 * numbers: a run whose loss got lost has ended well, and its outputs are worth keeping.
 *
 * @param directory The program's working directory; the file must really lie in it.
 * @throws {UserError} `metrics_file_invalid` if it is absent, not JSON, too large, or reached through a link.
 */
export async function readMetricsFile(directory: string, path: string, at: number): Promise<MetricPoint> {
  const fault = (why: string) =>
    new UserError("metrics_file_invalid", { what: `Cannot read the metrics file "${path}"`, why });
  const full = `${directory}/${parseRelativePath(path)}`;
  let text: string;
  try {
    const real = await Deno.realPath(full);
    if (!real.startsWith(`${await Deno.realPath(directory)}/`)) {
      throw fault("it is a link that leaves the code");
    }
    const { isFile, size } = await Deno.stat(real);
    if (!isFile) throw fault("it is not a regular file");
    if (size > MAX_BYTES) throw fault(`it has ${size} bytes, and ${MAX_BYTES} are read at most`);
    text = await Deno.readTextFile(real);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fault("the program did not write it");
    throw error;
  }
  let raw: unknown;
  try {
    raw = readProgramJson(text);
  } catch (error) {
    throw fault(`it is not JSON: ${(error as Error).message}`);
  }
  if (!isJsonObject(raw)) throw fault("it is not a JSON object");
  const values: Record<string, number> = {};
  for (const [name, value] of numbersIn(raw, "")) {
    const nameFault = metricNameFault(name);
    if (nameFault !== undefined) throw fault(nameFault);
    values[name] = value;
  }
  if (Object.keys(values).length === 0) throw fault("it has no number in it");
  return { at, values };
}

function* numbersIn(object: Record<string, unknown>, prefix: string): Iterable<[string, number]> {
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === "number") yield [prefix + name, value];
    else if (isJsonObject(value)) yield* numbersIn(value, `${prefix}${name}.`);
  }
}
