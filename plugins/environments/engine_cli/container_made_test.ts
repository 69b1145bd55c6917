import assert from "node:assert/strict";
import { untilMade } from "./container_made.ts";

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("untilMade() tells when the id is there", () =>
  withDirectory(async (directory) => {
    const made = untilMade(`${directory}/id`, new Promise(() => {}));
    await Deno.writeTextFile(`${directory}/id`, "0123");

    assert.equal(await made, true);
  }));

Deno.test("untilMade() ends with the engine's command", () =>
  withDirectory(async (directory) => {
    assert.equal(await untilMade(`${directory}/id`, Promise.resolve()), false);
  }));
