import assert from "node:assert/strict";
import { Heartbeat } from "./heartbeat.ts";

const HOUR_MS = 3_600_000;

/** A path in a directory that is removed at the end. */
function temporary(): { readonly path: string } & Disposable {
  const directory = Deno.makeTempDirSync();
  Deno.mkdirSync(`${directory}/alive`);
  return {
    path: `${directory}/alive/run`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

Deno.test("a run has one holder: nobody takes it over while that lives", () => {
  using file = temporary();
  using _holder = Heartbeat.begin(file.path);

  assert.equal(Heartbeat.takeOver(file.path, Date.now()), undefined);
  assert.equal(Heartbeat.takeOver(file.path, Date.now() + HOUR_MS), undefined);
});

Deno.test("a new run cannot have a heartbeat already, and the one that is there stays", () => {
  using file = temporary();
  using _holder = Heartbeat.begin(file.path);

  assert.throws(() => Heartbeat.begin(file.path), TypeError);

  assert.equal(Heartbeat.takeOver(file.path, Date.now()), undefined);
  assert.deepEqual([...Deno.readDirSync(file.path.slice(0, -4))].map(({ name }) => name).sort(), [
    "run",
  ]);
});

Deno.test("a run whose holder let go is taken over once", () => {
  using file = temporary();
  Heartbeat.begin(file.path)[Symbol.dispose]();

  using first = Heartbeat.takeOver(file.path, Date.now());

  assert.ok(first);
  assert.equal(Heartbeat.takeOver(file.path, Date.now()), undefined);
});

Deno.test("a run that has been recorded is taken over by nobody, also not by who had opened the file before", () => {
  using file = temporary();
  {
    using holder = Heartbeat.begin(file.path);
    holder.finish();
    assert.equal(Heartbeat.takeOver(file.path, Date.now()), undefined);
  }
  assert.equal(Heartbeat.takeOver(file.path, Date.now()), undefined);
  assert.throws(() => Deno.statSync(file.path), Deno.errors.NotFound);
});

Deno.test("a beat that the disk refuses is passed over, and the next one is tried", () => {
  using file = temporary();
  const { setInterval } = globalThis;
  let beat = () => {};
  globalThis.setInterval = ((tick: () => void) => {
    beat = tick;
    return setInterval(() => {}, HOUR_MS);
  }) as typeof setInterval;
  using holder = (() => {
    try {
      return Heartbeat.begin(file.path);
    } finally {
      globalThis.setInterval = setInterval;
    }
  })();
  const directory = file.path.slice(0, -4);
  Deno.renameSync(directory, `${directory}.aside`);
  Deno.writeTextFileSync(directory, "not a directory");

  assert.doesNotThrow(beat);

  Deno.removeSync(directory);
  Deno.renameSync(`${directory}.aside`, directory);
  Deno.utimeSync(file.path, 1, 1);
  beat();
  assert.ok(Deno.statSync(file.path).mtime!.getTime() > 1000);
  holder.finish();
});

Deno.test("a holder that kill -9 ended has let go", async () => {
  using file = temporary();
  const script = `
    const { Heartbeat } = await import(${JSON.stringify(new URL("./heartbeat.ts", import.meta.url))});
    Heartbeat.begin(${JSON.stringify(file.path)});
    console.log("held");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", script],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const whileItLives = Heartbeat.takeOver(file.path, Date.now());

  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  using afterwards = Heartbeat.takeOver(file.path, Date.now());

  assert.equal(whileItLives, undefined);
  assert.ok(afterwards);
});

for (
  const [what, ageMs, isFree] of [["of late", 30_000, false], ["long ago", 120_000, true]] as const
) {
  Deno.test(`a run of another machine that beat ${what} is ${isFree ? "free" : "not free"}`, () => {
    using file = temporary();
    Deno.writeTextFileSync(file.path, JSON.stringify({ hostname: "elsewhere.example", pid: 1 }));
    const now = Date.now();
    Deno.utimeSync(file.path, new Date(now - ageMs), new Date(now - ageMs));

    using taken = Heartbeat.takeOver(file.path, now);

    assert.equal(taken !== undefined, isFree);
  });
}

for (const text of ["", "{", "null", "1", '{"hostname":']) {
  Deno.test(`a heartbeat that holds ${JSON.stringify(text)} is of one who died in writing it`, () => {
    using file = temporary();
    Deno.writeTextFileSync(file.path, text);

    using taken = Heartbeat.takeOver(file.path, Date.now());

    assert.ok(taken);
  });
}
