/** What became of one test, or of one step of a test. */
export interface Outcome {
  readonly file: string;
  /** Steps follow the name of their test after ` > `. */
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly seconds: number;
}

const CASE = /<testcase name="([^"]*)" classname="([^"]*)" time="([^"]*)"[^>]*>([^]*?)<\/testcase>/g;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  return text.replaceAll(/&(\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
}

/**
 * Reads the JUnit report of `deno test`.
 *
 * A test that has steps is counted by its steps, and by itself only where it failed outside of them.
 */
export function readJunit(xml: string): Outcome[] {
  const all = [...xml.matchAll(CASE)].map(([, name, file, time, body]) => ({
    file: unescape(file!).replace(/^\.\//, ""),
    name: unescape(name!),
    seconds: Number(time),
    result: body!.includes("<failure")
      ? "failed" as const
      : body!.includes("<skipped")
      ? "skipped" as const
      : "passed" as const,
    byItsSteps: /<failure message="\d+ test steps? failed"/.test(body!),
  }));
  const parents = new Set(all.flatMap(({ file, name }) => {
    const parts = name.split(" > ");
    return parts.slice(1).map((_, i) => `${file}\0${parts.slice(0, i + 1).join(" > ")}`);
  }));
  return all
    .filter((one) => !parents.has(`${one.file}\0${one.name}`) || (one.result === "failed" && !one.byItsSteps))
    .map(({ file, name, result, seconds }) => ({ file, name, result, seconds }));
}

/** The `subject: reason` of each line `SKIP subject: reason` in what tests printed, each once, sorted. */
export function skipReasons(output: string): string[] {
  // deno-lint-ignore no-control-regex -- colours may stand before the word
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  return [...new Set([...plain.matchAll(/^SKIP (\S+: .*)$/gm)].map(([, reason]) => reason!.trimEnd()))]
    .sort();
}
