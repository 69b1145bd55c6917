import assert from "node:assert/strict";
import { notesApi } from "../../tests/support/notes_api.ts";
import { watchForLostLogs } from "./lost_logs.ts";

/** What is told of a program that does `run` in a directory that has what `before` made. */
async function told(
  before: (directory: string) => void,
  run: (directory: string) => void,
): Promise<string[]> {
  const directory = await Deno.makeTempDir();
  try {
    before(directory);
    const tell = watchForLostLogs([{ ...notesApi, leaves: ["notes.log", "notes"] }], directory);
    run(directory);
    const texts: string[] = [];
    tell((text) => texts.push(text));
    return texts;
  } finally {
    await Deno.remove(directory, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

const nothing = () => {};

Deno.test("logs that a program leaves are told of in one line that names the key", async () => {
  const texts = await told(nothing, (directory) => {
    Deno.writeTextFileSync(`${directory}/notes.log`, "");
    Deno.mkdirSync(`${directory}/notes`);
  });

  assert.equal(texts.length, 1);
  assert.match(texts[0]!, /^what the program logged with notes went to notes\.log and notes in its copy .*$/);
  assert.match(texts[0]!, /logging_apis: \[notes\]/);
});

Deno.test("nothing is told of what was there before, of other files, and of a directory that is gone", async () => {
  const write = (directory: string) => Deno.writeTextFileSync(`${directory}/notes.log`, "");

  assert.deepEqual(await told(write, write), []);
  assert.deepEqual(await told(nothing, (directory) => Deno.mkdirSync(`${directory}/other`)), []);
  assert.deepEqual(await told(nothing, (directory) => Deno.removeSync(directory)), []);
});
