import assert from "node:assert/strict";
import { BodyDropper } from "./body_dropper.ts";
import { BodyFiles } from "./body_files.ts";
import type { Database } from "./database.ts";
import { HeldBodies } from "./held_bodies.ts";
import { openForWriting } from "./schema.ts";
import { Writer } from "./writer.ts";

const FILE = "a".repeat(32);
const BODY = { id: 1, file: FILE };

/** A directory with one body, in a file that lies in `folder`. */
async function withBody(
  folder: string,
  refs: number,
  run: (
    t: { held: HeldBodies; dropper: BodyDropper; files: BodyFiles; database: Database; there(): boolean },
  ) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    BodyFiles.prepare(directory, `${directory}/engine.db`);
    const database = openForWriting(`${directory}/engine.db`);
    using writer = new Writer(database);
    database.run("INSERT INTO body (id, refs, size, checks, file) VALUES (1, ?, 1, x'', ?)", refs, FILE);
    Deno.mkdirSync(`${directory}/bodies/aa`);
    Deno.writeTextFileSync(`${directory}/${folder}/${FILE}`, "x");
    const files = new BodyFiles(directory);
    const held: HeldBodies = new HeldBodies((bodies) => dropper.add(bodies));
    const dropper = new BodyDropper(
      files,
      held,
      database,
      (mutation) => Promise.resolve(writer.apply([mutation])),
    );
    const there = () =>
      ["incoming", "bodies/aa"].some((at) => [...Deno.readDirSync(`${directory}/${at}`)].length > 0);
    await run({ held, dropper, files, database, there });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const folder of ["incoming", "bodies/aa"]) {
  Deno.test(`a body that nothing refers to is removed from ${folder}, file and row`, async () => {
    await withBody(folder, 0, async ({ held, dropper, database, there }) => {
      held.release([BODY]);
      await dropper.settled();

      assert.equal(there(), false);
      assert.equal(database.get("SELECT * FROM body"), undefined);
    });
  });
}

Deno.test("a body that is read stays until the last reader lets it go", async () => {
  await withBody("bodies/aa", 0, async ({ held, dropper, there }) => {
    const first = held.hold([1]), second = held.hold([1]);
    held.release([BODY]);
    first();
    first();
    await dropper.settled();
    assert.equal(there(), true);

    second();
    await dropper.settled();

    assert.equal(there(), false);
  });
});

Deno.test("a body that was shared again before its reader let it go stays", async () => {
  await withBody("bodies/aa", 0, async ({ held, dropper, database, there }) => {
    const letGo = held.hold([1]);
    held.release([BODY]);
    database.run("UPDATE body SET refs = 1");

    letGo();
    await dropper.settled();

    assert.equal(there(), true);
  });
});

Deno.test("a body stays for a reader who came between the last that let it go and its removal", async () => {
  await withBody("bodies/aa", 0, async ({ held, dropper, there }) => {
    const letGo = held.hold([1]);
    held.release([BODY]);
    letGo();
    // A copy was there for a moment, and this is who opened it.
    const late = held.hold([1]);
    await dropper.settled();
    assert.equal(there(), true);

    late();
    await dropper.settled();

    assert.equal(there(), false);
  });
});

Deno.test("a file that is moved while it is being removed is removed all the same", async () => {
  await withBody("incoming", 0, async ({ files, there }) => {
    const removed = files.remove(FILE);
    files.settle(FILE);
    await removed;

    assert.equal(there(), false);
  });
});
