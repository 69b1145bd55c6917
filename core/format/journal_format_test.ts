import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import { readJournal, writeJournalEvent } from "./journal_format.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const STARTED = writeJournalEvent({ event: "started", at: 5 });

Deno.test("metrics keep NaN, the infinities and their order of names", () => {
  const points = [
    { step: 1, at: 2, values: { loss: NaN, acc: Infinity } },
    { step: 2, at: 3, values: { acc: -Infinity, loss: 0.5 } },
    { at: 3, values: { acc: 1e21 } },
    { at: 4, values: {} },
  ];

  const line = writeJournalEvent({ event: "metrics", at: 9, points });

  assert.equal(
    line,
    '{"at":9,"event":"metrics","points":[{"at":2,"step":1,"values":{"acc":"Infinity","loss":"NaN"}},' +
      '{"at":3,"step":2,"values":{"acc":"-Infinity","loss":0.5}},{"at":3,"values":{"acc":1e+21}},{"at":4,"values":{}}]}\n',
  );
  assert.deepEqual(readJournal(bytesOf(line)).events, [{ event: "metrics", at: 9, points }]);
});

Deno.test("metrics may say how far their file was taken", () => {
  const event = { event: "metrics", at: 9, points: [], inode: 7, offset: 120 } as const;

  const line = writeJournalEvent(event);

  assert.equal(line, '{"at":9,"event":"metrics","inode":7,"offset":120,"points":[]}\n');
  assert.deepEqual(readJournal(bytesOf(line)).events, [event]);
});

Deno.test("what a program logs comes back as it went in", () => {
  const facts = {
    params: { "": null, layers: [8, { units: -0.5 }], "ä": "x" },
    tags: { gone: null, kept: "" },
    note: "",
    inputs: [{ name: "" }, { name: "counts", url: "s3://lab/counts.csv", digest: "9d0c1f" }],
  };
  const events = [{ event: "logged", at: 9, facts }, { event: "logged", at: 9, facts: {} }] as const;

  const lines = events.map(writeJournalEvent);

  assert.equal(lines[1], '{"at":9,"event":"logged","facts":{}}\n');
  assert.deepEqual(readJournal(bytesOf(lines.join(""))).events, events);
});

Deno.test("a last line that was cut off is told and left out, wherever it was cut", () => {
  const whole = bytesOf(STARTED);
  const last = bytesOf(
    writeJournalEvent({ event: "metrics", at: 9, points: [{ at: 1, values: { "ä": 1 } }] }),
  );

  for (let cut = 1; cut < last.length; cut++) {
    const journal = readJournal(new Uint8Array([...whole, ...last.subarray(0, cut)]));
    assert.deepEqual(journal.events, [{ event: "started", at: 5 }]);
    assert(journal.torn);
    assert.equal(journal.wholeBytes, whole.length);
  }
});

Deno.test("an empty journal has no events and is not torn", () => {
  assert.deepEqual(readJournal(new Uint8Array()), { events: [], torn: false, wholeBytes: 0 });
});

for (
  const broken of [
    "{",
    "",
    "[]",
    '{"event":"started"}',
    '{"at":1,"event":"started","x":1}',
    '{"at":1,"event":"metrics","points":[{"at":1,"values":{"a":"1"}}]}',
    '{"at":1,"event":"metrics","points":[{"at":1,"values":{"a":null}}]}',
    '{"at":1,"event":"metrics","points":[{"values":{"a":1}}]}',
    '{"at":1,"event":"metrics","points":[{"at":1,"step":"1","values":{"a":1}}]}',
    '{"at":1,"event":"metrics","points":[{"at":1,"values":{},"extra":1}]}',
    '{"at":1,"event":"metrics","points":[],"extra":1}',
    '{"at":1,"event":"metrics","points":[],"inode":1}',
    '{"at":1,"event":"metrics","points":[],"offset":1}',
    '{"at":1,"event":"metrics","points":[],"inode":1,"offset":-1}',
    '{"at":1,"event":"metrics","points":[],"inode":1,"offset":"1"}',
    '{"at":1,"event":"logged"}',
    '{"event":"logged","facts":{}}',
    '{"at":1,"event":"logged","facts":{},"extra":1}',
    '{"at":1,"event":"logged","facts":{"extra":1}}',
    '{"at":1,"event":"logged","facts":{"params":[]}}',
    '{"at":1,"event":"logged","facts":{"params":{"a":1e400}}}',
    '{"at":1,"event":"logged","facts":{"tags":{"a":1}}}',
    '{"at":1,"event":"logged","facts":{"tags":{"":"a"}}}',
    '{"at":1,"event":"logged","facts":{"tags":null}}',
    '{"at":1,"event":"logged","facts":{"note":null}}',
    '{"at":1,"event":"logged","facts":{"inputs":[{"url":"a"}]}}',
    '{"at":1,"event":"logged","facts":{"inputs":[{"name":"a","digest":null}]}}',
    '{"at":1,"event":"logged","facts":{"inputs":[{"name":"a","extra":1}]}}',
    '{"at":1,"event":"ended","state":"running"}',
    '{"at":1e400,"event":"metrics","points":[]}',
    '{"at":1,"event":"metrics","points":{}}',
    '{"at":1,"event":"metrics","points":[{"at":1,"values":{"a":1e400}}]}',
    '{"at":1,"event":"metrics","points":[1]}',
    '{"at":1,"event":"metrics","points":[{"at":1,"values":[]}]}',
  ]
) {
  Deno.test(`a whole line ${JSON.stringify(broken)} is refused with its number`, () => {
    assert.throws(() => readJournal(bytesOf(`${STARTED}${broken}\n${STARTED}`)), (error) => {
      assert(error instanceof AeroError);
      assert.equal(error.code, "journal_invalid");
      assert.match(error.report.why!, /line 2/);
      return true;
    });
  });
}

Deno.test("an event of an unknown kind says that a newer aero wrote it", () => {
  assert.throws(
    () => readJournal(bytesOf('{"at":1,"event":"paused"}\n')),
    (error) => error instanceof AeroError && error.code === "journal_newer",
  );
});

Deno.test("what is not an event cannot be written", () => {
  assert.throws(() => writeJournalEvent({ event: "started", at: NaN }), TypeError);
  assert.throws(() => writeJournalEvent({ event: "metrics", at: NaN, points: [] }), TypeError);
  const point = { at: 1, values: { "\ud800": 1 } };
  assert.throws(() => writeJournalEvent({ event: "metrics", at: 1, points: [point] }), TypeError);
});

Deno.test("a journal that is not UTF-8 is refused", () => {
  assert.throws(() => readJournal(Uint8Array.of(0xff, 10)), {
    code: "journal_invalid",
    message: /not UTF-8/,
  });
});
