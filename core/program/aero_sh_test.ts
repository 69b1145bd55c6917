import assert from "node:assert/strict";
import { subjectOrSkip } from "../../tests/support/must_run.ts";
import { PROGRAM_FILES } from "./program_files.ts";

const SHELLS: readonly (readonly [string, ...string[]])[] = [["sh"], ["dash"], ["bash", "--posix"], [
  "busybox",
  "sh",
]];

/** Where a program lies; the tests take PATH away from it. */
async function locate(program: string): Promise<string> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const file = `${directory}/${program}`;
    if (await Deno.stat(file).then((info) => info.isFile, () => false)) return file;
  }
  throw new TypeError(`${program} is not on PATH`);
}

interface Answer {
  readonly code: number;
  readonly stderr: string;
  /** Lines of the metrics file. */
  readonly lines: readonly string[];
}

/** Runs the script in a shell, with nothing on PATH. */
async function aero(shell: readonly [string, ...string[]], args: string[], inRun = true): Promise<Answer> {
  const directory = await Deno.makeTempDir();
  try {
    const script = `${directory}/aero`;
    const metrics = `${directory}/metrics of a run.jsonl`;
    await Deno.writeTextFile(script, PROGRAM_FILES.find((file) => file.path === "bin/aero")!.text);
    await Deno.writeTextFile(metrics, "");
    const { code, stderr } = await new Deno.Command(await locate(shell[0]), {
      args: [...shell.slice(1), script, ...args],
      clearEnv: true,
      env: { PATH: "/nowhere", ...(inRun ? { AERO_METRICS: metrics } : {}) },
    }).output();
    const lines = (await Deno.readTextFile(metrics)).split("\n").slice(0, -1);
    return { code, stderr: new TextDecoder().decode(stderr), lines };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const NUMBERS: readonly [given: string, json: string][] = [
  ["0.1", "0.1"],
  ["1e-3", "1e-3"],
  ["1E+05", "1e+05"],
  ["-2", "-2"],
  ["+007.50", "7.50"],
  [".5", "0.5"],
  ["-.5e2", "-0.5e2"],
  ["5.", "5"],
  ["000", "0"],
  ["nan", '"NaN"'],
  ["-NaN", '"NaN"'],
  ["inf", '"Infinity"'],
  ["-Infinity", '"-Infinity"'],
  ["123456789012345678901234567890", "123456789012345678901234567890"],
];

const NOT_NUMBERS = [
  "",
  "-",
  ".",
  "e5",
  "1e",
  "1e+",
  "1e5.5",
  "0x10",
  "1,5",
  "1 2",
  "--1",
  "1.2.3",
  "infinit",
  "$(id)",
  "*",
];

for (const shell of SHELLS) {
  const name = shell.join(" ");
  const ignore = "skipped" in await subjectOrSkip(shell[0], () => locate(shell[0]));

  Deno.test({
    name: `aero log under ${name} writes each spelling of a number as JSON`,
    ignore,
    async fn() {
      const { code, lines, stderr } = await aero(shell, [
        "log",
        ...NUMBERS.map(([given], i) => `m${i}=${given}`),
      ]);

      assert.equal(stderr, "");
      assert.equal(code, 0);
      assert.deepEqual(lines, [`{${NUMBERS.map(([, json], i) => `"m${i}":${json}`).join(",")}}`]);
      assert.equal(Object.keys(JSON.parse(lines[0]!)).length, NUMBERS.length);
    },
  });

  Deno.test({
    name: `aero log under ${name} refuses what is not a number and writes nothing`,
    ignore,
    async fn() {
      for (const text of NOT_NUMBERS) {
        const { code, lines, stderr } = await aero(shell, ["log", "ok=1", `loss=${text}`]);

        assert.deepEqual([text, code, lines], [text, 2, []]);
        assert.match(stderr, /^error: Cannot log "loss"\ncause: .* is not a number\n$/);
      }
    },
  });

  Deno.test({
    name: `aero log under ${name} keeps any name, and the step wherever it stands`,
    ignore,
    async fn() {
      const names = ['a"b\\c', "val/loss", "é ü", "a=b", "$HOME", "%s%n", "*", "\\n"];

      const { code, lines } = await aero(shell, ["log", "--step", "3", ...names.map((one) => `${one}=1`)]);
      const last = await aero(shell, ["log", "loss=1", "--step=1e3"]);

      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(lines[0]!), {
        step: 3,
        ...Object.fromEntries(names.map((one) => [one, 1])),
      });
      assert.deepEqual(last.lines, ['{"step":1e3,"loss":1}']);
    },
  });

  Deno.test({
    name: `aero log under ${name} refuses a call that makes no sense`,
    ignore,
    async fn() {
      for (
        const args of [["a=1", "--step"], ["a=1", "--step", "nan"], ["--step", "1"], ["=1"], ["step=1"], [
          "a",
        ], ["a\nb=1"]]
      ) {
        const { code, lines, stderr } = await aero(shell, ["log", ...args]);

        assert.deepEqual([args, code, lines], [args, 2, []]);
        assert.match(stderr, /^error: Cannot log /);
      }
    },
  });
}

Deno.test("aero log outside of a run says how to get into one", async () => {
  const { code, stderr } = await aero(["sh"], ["log", "a=1"], false);

  assert.equal(code, 2);
  assert.match(stderr, /start it by `aero run` or `aero dev`/);
});

Deno.test("other commands of aero inside a run say what is possible there", async () => {
  for (const args of [[], ["run"], ["log"], ["log", "--help"], ["--help"]]) {
    const { code, stderr } = await aero(["sh"], args);

    assert.deepEqual([args, code], [args, 2]);
    assert.match(stderr, /aero log NAME=NUMBER/);
  }
});
