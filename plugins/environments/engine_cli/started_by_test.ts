import assert from "node:assert/strict";
import { hasEnded, thisProcessLabel } from "./started_by.ts";

const label = thisProcessLabel();
const fields = label?.split("/") ?? [];
const withField = (at: number, value: string) => fields.with(at, value).join("/");

Deno.test({
  name: "a process that lives has not ended, one with another start has",
  ignore: label === undefined,
  fn() {
    assert.equal(hasEnded(label!), false);
    assert.equal(hasEnded(withField(4, "1")), true);
    assert.equal(hasEnded(withField(3, "99999999")), true);
  },
});

Deno.test({
  name: "a process of an earlier boot has ended; of one elsewhere nothing is known",
  ignore: label === undefined,
  fn() {
    assert.equal(hasEnded(withField(1, "earlier")), true);
    assert.equal(hasEnded(withField(0, "another-host")), false);
    assert.equal(hasEnded(fields.with(2, "1").with(3, "99999999").join("/")), false);
    assert.equal(hasEnded("what is no label"), false);
  },
});

Deno.test({
  name: "a process that was killed has ended",
  ignore: label === undefined,
  async fn() {
    const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const stat = Deno.readTextFileSync(`/proc/${child.pid}/stat`);
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
    const itsLabel = fields.with(3, String(child.pid)).with(4, start).join("/");

    const before = hasEnded(itsLabel);
    child.kill("SIGKILL");
    await child.status;

    assert.deepEqual([before, hasEnded(itsLabel)], [false, true]);
  },
});
