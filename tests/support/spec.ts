/** One command line of a spec, and what it has to give. */
export interface SpecStep {
  /** What follows `aero`. */
  readonly args: readonly string[];
  /** From the project's root. Default `.`. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default 0. */
  readonly exitCode?: number;
  /** File beside the spec with all of stdout; absent if stdout has to be empty. */
  readonly stdout?: string;
  /** File beside the spec with all of stderr; absent if stderr has to be empty. */
  readonly stderr?: string;
}

/** A spec: steps in one copy of a project. */
export interface Spec {
  /** A folder of `fixtures/projects/`. Default: an empty directory. */
  readonly project?: string;
  /** Whether the project is put into a git repository and committed, always under the same commit id. */
  readonly git?: boolean;
  /** Programs that have to be on PATH; the spec is skipped, with a word, without them. */
  readonly needs?: readonly string[];
  /** Whether the spec is about main() in-process only. */
  readonly inProcessOnly?: boolean;
  readonly steps: readonly SpecStep[];
}

const SPEC_KEYS = ["project", "git", "needs", "inProcessOnly", "steps"];
const STEP_KEYS = ["args", "cwd", "env", "exitCode", "stdout", "stderr"];

/** Reads a spec; a key that is none is refused, so that no expectation is passed over. */
export function parseSpec(text: string, file: string): Spec {
  const spec = JSON.parse(text) as Spec;
  const wrong = [
    ...Object.keys(spec).filter((key) => !SPEC_KEYS.includes(key)),
    ...spec.steps.flatMap((step) => Object.keys(step).filter((key) => !STEP_KEYS.includes(key))),
  ];
  if (wrong.length > 0) throw new TypeError(`${file} has keys that mean nothing: ${wrong.join(", ")}`);
  return spec;
}

/** Hides what differs from run to run: the given directories, times and durations. Digests stay. */
export function mask(text: string, directories: Readonly<Record<string, string>>): string {
  let masked = text;
  // The longest first, since one directory may lie in another.
  for (const [name, path] of Object.entries(directories).sort((a, b) => b[1].length - a[1].length)) {
    masked = masked.replaceAll(path, `[${name}]`);
  }
  // The width of a column follows the longest path in it.
  if (masked !== text) masked = masked.replaceAll(/(?<=\S) {2,}/g, "  ");
  return masked
    .replaceAll(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?/g, "[TIME]")
    .replaceAll(/"(\w+At|at)":\d{13}/g, '"$1":"[TIME]"')
    .replaceAll(/\b(just now|\d+ (s|min|h|d) ago)\b/g, "[AGO]")
    .replaceAll(/\b\d+(\.\d+)? (ms|s|min \d+ s|h \d+ min)(?![\w/])/g, "[DURATION]");
}

/** Whether text fits a golden file in which `[WILDCARD]` stands for anything, also nothing. */
export function fits(actual: string, golden: string): boolean {
  const parts = golden.split("[WILDCARD]");
  if (parts.length === 1) return actual === golden;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (!actual.startsWith(first) || !actual.endsWith(last)) return false;
  if (actual.length < first.length + last.length) return false;
  let at = first.length;
  const end = actual.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = actual.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
