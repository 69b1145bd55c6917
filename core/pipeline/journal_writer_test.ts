import assert from "node:assert/strict";
import { readJournal } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";
import { JournalWriter } from "./journal_writer.ts";

const metrics = (step: number): JournalEvent => ({
  event: "metrics",
  at: 5,
  points: [{ at: 5, step, values: { loss: step === 2 ? NaN : 1 } }],
});

/** A path in a directory that is removed at the end. */
function temporary(): { readonly path: string } & Disposable {
  const directory = Deno.makeTempDirSync();
  return {
    path: `${directory}/journal.jsonl`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

Deno.test("append() puts each event into the file before it returns", () => {
  using file = temporary();
  using journal = new JournalWriter(file.path);

  for (const step of [1, 2, 3]) {
    journal.append(metrics(step));
    assert.equal(readJournal(Deno.readFileSync(file.path)).events.length, step);
  }
  journal.append({ event: "ended", at: 6, state: "lost" });

  assert.deepEqual(readJournal(Deno.readFileSync(file.path)), {
    events: [metrics(1), metrics(2), metrics(3), { event: "ended", at: 6, state: "lost" }],
    torn: false,
    wholeBytes: Deno.statSync(file.path).size,
  });
});

Deno.test("a journal that is opened again is gone on with", () => {
  using file = temporary();
  {
    using journal = new JournalWriter(file.path);
    journal.append(metrics(1));
  }
  {
    using journal = new JournalWriter(file.path);
    journal.append(metrics(2));
  }

  assert.deepEqual(readJournal(Deno.readFileSync(file.path)).events, [metrics(1), metrics(2)]);
});

Deno.test("an event that finds no room leaves the journal as it was, and one that finds some follows whole", async () => {
  using file = temporary();
  // A limit on the size of files is a full disk for one process only: SIGXFSZ ignored, write(2) gives EFBIG.
  const script = `
    const { JournalWriter } = await import(${
    JSON.stringify(new URL("./journal_writer.ts", import.meta.url))
  });
    const journal = new JournalWriter(${JSON.stringify(file.path)});
    const points = (count) => Array.from({ length: count }, (_, step) => ({ at: 5, step, values: { loss: 1 } }));
    journal.append({ event: "metrics", at: 5, points: points(10) });
    let refused = 0;
    try {
      journal.append({ event: "metrics", at: 5, points: points(1000) });
    } catch {
      refused++;
    }
    journal.append({ event: "ended", at: 6, state: "failed" });
    journal[Symbol.dispose]();
    console.log(refused);`;
  Deno.writeTextFileSync(`${file.path}.ts`, script);
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      `trap '' XFSZ; ulimit -f 4; exec "$0" run -A --no-check --no-lock --no-remote "$1"`,
      Deno.execPath(),
      `${file.path}.ts`,
    ],
    env: { DENO_DIR: `${file.path}.cache`, DENO_NO_UPDATE_CHECK: "1" },
  }).output();

  assert.equal(new TextDecoder().decode(stdout).trim(), "1", new TextDecoder().decode(stderr));
  const { events, torn } = readJournal(Deno.readFileSync(file.path));
  assert.deepEqual(events.map(({ event }) => event), ["metrics", "ended"]);
  assert.equal(torn, false);
});
