import assert from "node:assert/strict";
import { EnvironmentError } from "../../../core/plugin/environment.ts";
import { runProgram } from "./run_program.ts";

/** What is said of a command that cannot be started, in a directory that has a file `plain.txt` in it. */
async function refusal(command: readonly string[]): Promise<readonly string[]> {
  const workingDirectory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${workingDirectory}/plain.txt`, "text", { mode: 0o644 });
    const env = { PATH: "/usr/bin:/bin" };
    await runProgram(
      { runId: `test-${crypto.randomUUID()}`, command, env, secrets: {}, workingDirectory, limits: {} },
      { onStdout() {}, onStderr() {} },
    );
  } catch (error) {
    assert.ok(error instanceof EnvironmentError);
    assert.equal(error.code, "container_refused");
    return error.report.fix ?? [];
  } finally {
    await Deno.remove(workingDirectory, { recursive: true });
  }
  assert.fail("it was started");
}

for (
  const [what, command, hint] of [
    ["is not there", ["no-such-program"], /on the PATH that the program gets: \/usr\/bin:\/bin$/],
    ["is not executable", ["./plain.txt"], /git update-index --chmod=\+x \.\/plain\.txt/],
    ["gets too long an argument", ["true", "x".repeat(1 << 18)], /AERO_PARAMS/],
  ] as const
) {
  Deno.test(`a program that ${what} is refused with the way out of that`, async () => {
    const fix = await refusal(command);

    assert.equal(fix.length, 1);
    assert.match(fix[0]!, hint);
  });
}

Deno.test("of a path that leads nowhere no PATH is told", async () => {
  assert.deepEqual(await refusal(["./nowhere"]), []);
});
