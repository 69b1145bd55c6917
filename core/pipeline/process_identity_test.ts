import assert from "node:assert/strict";
import { isAlive, readIdentity, thisProcess } from "./process_identity.ts";

Deno.test("this process lives", () => {
  assert.equal(isAlive(thisProcess()), true);
});

Deno.test("a later process of the same number, one before the last boot, and one elsewhere are not it", () => {
  const self = thisProcess();
  assert.equal(isAlive({ ...self, startTicks: "1" }), false);
  assert.equal(isAlive({ ...self, bootId: "another" }), false);
  assert.equal(isAlive({ ...self, hostname: "another" }), false);
});

Deno.test({
  name: "a process that has ended and that its parent has not asked after is dead",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // The shell becomes a program that never asks after its children; its child ends only then.
    const parent = new Deno.Command("sh", {
      args: ["-c", "(until grep -q sleep /proc/$$/comm; do :; done) & echo $!; exec sleep 60"],
      stdout: "piped",
    }).spawn();
    try {
      const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const pid = Number((await reader.read()).value);
      await reader.cancel();
      const stat = () => Deno.readTextFileSync(`/proc/${pid}/stat`).split(" ");
      while (stat()[2] !== "Z") await new Promise((resolve) => setTimeout(resolve, 1));

      assert.equal(isAlive({ ...thisProcess(), pid, startTicks: stat()[21]! }), false);
    } finally {
      parent.kill("SIGKILL");
      await parent.status;
    }
  },
});

Deno.test("what is no identity is none", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const text of ["", "{", "[]", "null", '{"pid":1}']) {
      await Deno.writeTextFile(path, text);
      assert.equal(readIdentity(path), undefined, text);
    }
  } finally {
    await Deno.remove(path);
  }
  assert.equal(readIdentity(path), undefined);
});
