import assert from "node:assert/strict";
import type { MetricsPosition } from "../model/journal.ts";
import type { MetricPoint } from "../model/metric.ts";
import { MetricsFollower } from "./metrics_follower.ts";
import { parseMetricLine } from "./reported_metrics.ts";

/** A metrics file in a directory of its own, and what a follower told of it. */
class Followed implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "aero-metrics-" });
  readonly path = `${this.directory}/metrics.jsonl`;
  readonly points: MetricPoint[] = [];
  readonly faults: [line: number, why: string][] = [];
  position: MetricsPosition | undefined;
  onPoints = (points: readonly MetricPoint[]) => {
    for (const point of points) this.points.push(point);
  };

  append(content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(this.path, bytes, { append: true });
  }

  follower(resume?: MetricsPosition): MetricsFollower {
    return new MetricsFollower(
      this.path,
      {
        points: (points, position) => {
          this.onPoints(points);
          this.position = position;
        },
        fault: (line, why) => this.faults.push([line, why]),
      },
      () => 1000,
      resume,
    );
  }

  /** Reads the whole file as it is. */
  read(resume?: MetricsPosition): void {
    this.follower(resume).finish();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** Waits for something that a follower's own clock brings about. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("finish() reads all that is there, also a last line without its end", () => {
  using file = new Followed();
  file.append('{"step":3,"loss":0.5,"at":7}\n\n  \n{"loss":1}');

  file.read();

  assert.deepEqual(file.points, [{ step: 3, at: 7, values: { loss: 0.5 } }, {
    at: 1000,
    values: { loss: 1 },
  }]);
  assert.deepEqual(file.faults, []);
});

Deno.test("a file that is not there gives nothing", () => {
  using file = new Followed();

  file.read();

  assert.deepEqual([file.points, file.faults], [[], []]);
});

Deno.test("a follower takes what a program appends while it runs, and half a line only once it is whole", async () => {
  using file = new Followed();
  const follower = file.follower();
  follower.start();
  try {
    file.append('{"a":1}\n{"b"');
    await until(() => file.points.length === 1);
    file.append(":2}\n");
    await until(() => file.points.length === 2);
  } finally {
    follower.finish();
  }

  assert.deepEqual(file.points.map(({ values }) => values), [{ a: 1 }, { b: 2 }]);
  assert.deepEqual(file.faults, []);
});

Deno.test("200,000 lines that a program writes while it is followed arrive complete and in order", async () => {
  using file = new Followed();
  const follower = file.follower();
  follower.start();
  const count = 200_000;
  try {
    using out = Deno.openSync(file.path, { create: true, append: true });
    const encoder = new TextEncoder();
    for (let from = 0; from < count; from += 1000) {
      const lines = Array.from({ length: 1000 }, (_, i) => `{"step":${from + i},"loss":${(from + i) / 7}}\n`);
      // Cut at odd places, as a program's own buffer does.
      const bytes = encoder.encode(lines.join(""));
      for (let at = 0; at < bytes.length; at += 4093) out.writeSync(bytes.subarray(at, at + 4093));
      if (from % 20_000 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  } finally {
    follower.finish();
  }

  assert.equal(file.points.length, count);
  assert.ok(file.points.every(({ step, values }, i) => step === i && values.loss === i / 7));
  assert.deepEqual(file.faults, []);
});

Deno.test("a name that is cut within a character by the border of a buffer is read whole", () => {
  using file = new Followed();
  // 256 KiB are read at a time; each of these lines puts the border at another byte of the name.
  for (let shift = 0; shift < 4; shift++) {
    file.append(`{"a":${"1".padStart((1 << 18) - 9 - shift, " ")}}\n{"😀":2}\n`);
  }

  file.read();

  assert.deepEqual(file.points.map(({ values }) => values), Array(4).fill([{ a: 1 }, { "😀": 2 }]).flat());
});

Deno.test("a huge line is left out up to its end, told once, and what follows keeps its number", async () => {
  using file = new Followed();
  file.append('{"a":1}\n{"b":"');
  const chunk = new Uint8Array(700_000).fill(0x78);
  for (let i = 0; i < 5; i++) file.append(chunk);
  const follower = file.follower();
  follower.start();
  await until(() => file.faults.length > 0);
  file.append('{"inside":1}\n{"c":3}\nnoise\n');
  follower.finish();

  assert.deepEqual(file.points.map(({ values }) => values), [{ a: 1 }, { c: 3 }]);
  assert.deepEqual(file.faults, [[2, "it is longer than 1048576 bytes"], [4, "it is not JSON"]]);
});

Deno.test("a follower goes on where another stopped, and counts lines from the file's beginning", () => {
  using file = new Followed();
  file.append('{"a":1}\nnoise\n{"ä":2}\n');
  file.read();
  file.points.length = file.faults.length = 0;
  file.append('{"a":3}\nnoise\n');

  file.read(file.position);

  assert.deepEqual(file.points.map(({ values }) => values), [{ a: 3 }]);
  assert.deepEqual(file.faults, [[5, "it is not JSON"]]);
});

Deno.test("half a line is not taken by a position, and is read whole from there", async () => {
  using file = new Followed();
  const follower = file.follower();
  follower.start();
  file.append('{"a":1}\n{"b"');
  await until(() => file.position !== undefined);
  const { position } = file;
  follower.finish();
  file.points.length = file.faults.length = 0;
  file.append(":2}\n");

  file.read(position);

  assert.equal(position!.offset, '{"a":1}\n'.length);
  assert.deepEqual(file.points.map(({ values }) => values), [{ b: 2 }]);
});

Deno.test("a file that is another one or shorter than what was taken is read from its beginning", () => {
  using file = new Followed();
  file.append('{"a":1}\n{"a":2}\n');
  file.read();
  const { position } = file;
  file.points.length = 0;

  Deno.writeTextFileSync(file.path, '{"b":1}\n');
  file.read(position);
  Deno.writeTextFileSync(`${file.directory}/new`, '{"c":1}\n{"c":2}\n{"c":3}\n');
  Deno.renameSync(`${file.directory}/new`, file.path);
  file.read(position);

  assert.deepEqual(file.points.map(({ values }) => values), [{ b: 1 }, { c: 1 }, { c: 2 }, { c: 3 }]);
});

Deno.test("a link that takes the file's place between looking and opening is not read", () => {
  using file = new Followed();
  file.append('{"a":1}\n');
  Deno.writeTextFileSync(`${file.directory}/secret`, '{"secret":1}\n');
  const { lstatSync } = Deno;
  Deno.lstatSync = (path) => {
    const found = lstatSync(path);
    Deno.removeSync(path);
    Deno.symlinkSync(`${file.directory}/secret`, path);
    return found;
  };
  try {
    file.read();
  } finally {
    Deno.lstatSync = lstatSync;
  }

  assert.deepEqual(file.points, []);
});

Deno.test("a file that is replaced is read to its end, and then the new one from its beginning", async () => {
  using file = new Followed();
  const follower = file.follower();
  follower.start();
  try {
    file.append('{"a":1}\n');
    await until(() => file.points.length === 1);
    file.append('{"a":2}\n{"a":3}');
    Deno.writeTextFileSync(`${file.directory}/new`, '{"b":1}\n');
    Deno.renameSync(`${file.directory}/new`, file.path);
    await until(() => file.points.length >= 4);
  } finally {
    follower.finish();
  }

  assert.deepEqual(file.points.map(({ values }) => values), [{ a: 1 }, { a: 2 }, { a: 3 }, { b: 1 }]);
});

Deno.test("a file that is emptied and written anew is read from its beginning", async () => {
  using file = new Followed();
  const follower = file.follower();
  follower.start();
  try {
    file.append('{"a":1}\n{"a":2}\n');
    await until(() => file.points.length === 2);
    Deno.writeTextFileSync(file.path, '{"b":1}\n');
    await until(() => file.points.length === 3);
  } finally {
    follower.finish();
  }

  assert.deepEqual(file.points.at(-1)!.values, { b: 1 });
});

Deno.test("a pipe, a link and a directory in the file's place are not opened", async () => {
  for (const kind of ["pipe", "link", "directory"]) {
    using file = new Followed();
    if (kind === "directory") Deno.mkdirSync(file.path);
    else if (kind === "link") Deno.symlinkSync("/etc/hostname", file.path);
    else assert.equal((await new Deno.Command("mkfifo", { args: [file.path] }).output()).code, 0);

    file.read();

    assert.deepEqual([file.points, file.faults], [[], []], kind);
  }
});

Deno.test("points that cannot be taken are given again at the next look, and at the end the failure is thrown", async () => {
  using file = new Followed();
  let isFull = true, tries = 0;
  const take = file.onPoints;
  file.onPoints = (points) => {
    tries++;
    if (isFull) throw new RangeError("full");
    take(points);
  };
  file.append('{"a":1}\n');
  const follower = file.follower();
  follower.start();
  await until(() => tries >= 2);
  isFull = false;
  await until(() => file.points.length === 1);
  file.append('{"a":2}\n');
  isFull = true;

  assert.throws(() => follower.finish(), RangeError);
  assert.deepEqual(file.points.map(({ values }) => values), [{ a: 1 }]);
});

const POINTS: [line: string, point: MetricPoint][] = [
  ['{"a":1,"b":-2.5e3}', { at: 5, values: { a: 1, b: -2500 } }],
  ['{"step":0,"a":1}', { step: 0, at: 5, values: { a: 1 } }],
  ['{"a":"NaN","b":"Infinity","c":"-Infinity"}', { at: 5, values: { a: NaN, b: Infinity, c: -Infinity } }],
  ['{"a": NaN, "b": Infinity, "c": -Infinity}', { at: 5, values: { a: NaN, b: Infinity, c: -Infinity } }],
  ['{"a":1e999}', { at: 5, values: { a: Infinity } }],
  ['{"at":12.5,"a":1}', { at: 12.5, values: { a: 1 } }],
  ['{"constructor":1,"toString":2}', { at: 5, values: { constructor: 1, toString: 2 } as never }],
];

for (const [line, point] of POINTS) {
  Deno.test(`parseMetricLine() reads ${line}`, () => {
    assert.deepEqual(parseMetricLine(line, 5), point);
  });
}

const FAULTS: [line: string, why: RegExp][] = [
  ["loss=1", /not JSON/],
  ['{"a":nan}', /not JSON/],
  ['{"step":NaN,"a":1}', /"step" is not finite/],
  ["[1]", /not a JSON object/],
  ["null", /not a JSON object/],
  ["{}", /no metric/],
  ['{"step":1}', /no metric/],
  ['{"a":"1"}', /"a" is not a number/],
  ['{"a":null}', /"a" is not a number/],
  ['{"step":"NaN","a":1}', /"step" is not finite/],
  ['{"at":1e999,"a":1}', /"at" is not finite/],
  ['{"__proto__":1,"a":1}', /__proto__/],
  ['{"\\ud800":1}', /Unicode/],
];

for (const [line, why] of FAULTS) {
  Deno.test(`parseMetricLine() says what is wrong with ${line}`, () => {
    const fault = parseMetricLine(line, 5);

    assert.equal(typeof fault, "string");
    assert.match(fault as string, why);
  });
}
