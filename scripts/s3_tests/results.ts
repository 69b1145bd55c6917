/** What became of one test of the suite. */
export interface Result {
  /** Without the leading `test_`. */
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** The first line of what failed; empty if nothing did. */
  readonly why: string;
}

const CASE = /<testcase ([^>]*?)(?:\/>|>([^]*?)<\/testcase>)/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Reads the JUnit report of pytest. A test that failed and whose clearing up failed too comes once. */
export function readResults(xml: string): Result[] {
  const all = new Map<string, Result>();
  for (const [, head = "", body = ""] of xml.matchAll(CASE)) {
    const name = attribute(head, "name").replace(/^test_/, "");
    const outcome = /<(failure|error)/.test(body)
      ? "failed"
      : body.includes("<skipped")
      ? "skipped"
      : "passed";
    const why = outcome === "passed" ? "" : attribute(body, "message").split("\n")[0]!.trim();
    if (all.get(name)?.outcome === "failed") continue;
    all.set(name, { name, outcome, seconds: Number(attribute(head, "time")), why });
  }
  return [...all.values()];
}

function attribute(text: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? "";
  return value.replaceAll("&#10;", "\n").replaceAll(/&(\w+);/g, (whole, word) => ENTITIES[word] ?? whole);
}
