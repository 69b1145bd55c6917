import assert from "node:assert/strict";
import { writeAhead } from "./write_ahead.ts";

const OPENERS = 4;
const FILES = 40;

/** Opens one file after another, each at the same moment as the other openers. */
const OPENER = `
  import { DatabaseSync } from "node:sqlite";
  import { writeAhead } from ${JSON.stringify(new URL("./write_ahead.ts", import.meta.url).href)};
  self.onmessage = ({ data: { directory, arrived, openers, files } }) => {
    const faults = [];
    for (let i = 0; i < files; i++) {
      Atomics.add(arrived, i, 1);
      while (Atomics.load(arrived, i) < openers);
      const database = new DatabaseSync(directory + "/" + i);
      try {
        writeAhead(database);
        database.exec("CREATE TABLE IF NOT EXISTS t (a)");
      } catch (error) {
        faults.push(String(error));
      }
      database.close();
    }
    self.postMessage(faults);
  };
`;

Deno.test("many may make the same database at the same moment", async () => {
  const directory = await Deno.makeTempDir();
  const script = URL.createObjectURL(new Blob([OPENER], { type: "text/javascript" }));
  const arrived = new Int32Array(new SharedArrayBuffer(4 * FILES));
  const workers = Array.from({ length: OPENERS }, () => new Worker(script, { type: "module" }));

  const faults = await Promise.all(workers.map((worker) => {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(event.error ?? event.message);
    worker.postMessage({ directory, arrived, openers: OPENERS, files: FILES });
    return promise;
  }));

  for (const worker of workers) worker.terminate();
  URL.revokeObjectURL(script);
  await Deno.remove(directory, { recursive: true });
  assert.deepEqual(faults.flat(), []);
});

/** A database that fails to turn its log on. */
function failing(faults: readonly unknown[]) {
  const left = [...faults];
  const said: string[] = [];
  return {
    said,
    exec(sql: string) {
      said.push(sql);
      if (sql !== "PRAGMA journal_mode = WAL") return;
      const fault = left.shift();
      if (fault !== undefined) throw fault;
    },
  };
}

Deno.test("who meets a lock while the log is turned on waits in a transaction, and tries again", () => {
  const database = failing([new Error("database is locked"), new Error("database is locked")]);
  writeAhead(database);
  assert.deepEqual(database.said.slice(1), [
    "PRAGMA journal_mode = WAL",
    "BEGIN IMMEDIATE; COMMIT",
    "PRAGMA journal_mode = WAL",
    "BEGIN IMMEDIATE; COMMIT",
    "PRAGMA journal_mode = WAL",
  ]);
});

Deno.test("a lock that never goes away comes out in the end, and other faults at once", () => {
  const locked = new Error("database is locked");
  assert.throws(() => writeAhead(failing(new Array(100).fill(locked))), locked);
  for (const fault of [new Error("file is not a database"), "no error at all"]) {
    const database = failing([fault]);
    assert.throws(() => writeAhead(database), (thrown) => thrown === fault);
    assert.equal(database.said.length, 2);
  }
});
