import { readSpec, runSpec, specNames, whySkipped } from "./support/spec_runner.ts";

for (const name of specNames()) {
  const skipped = whySkipped(readSpec(name));
  Deno.test({
    name: `spec ${name}${skipped === undefined ? "" : ` (skipped: ${skipped})`}`,
    ignore: skipped !== undefined,
    fn: () => runSpec(name),
  });
}
