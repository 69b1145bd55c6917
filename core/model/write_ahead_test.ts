import assert from "node:assert/strict";

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
