import assert from "node:assert/strict";
import * as z from "zod";
import { memoryIo, type MemoryIoOptions } from "../../tests/support/memory_io.ts";
import { CorruptionError, OutsideError, UserError } from "../errors.ts";
import type { AppBase } from "./app_base.ts";
import { type AnyCommand, commandDefiner, type CommandResult } from "./command.ts";
import { sinkOf } from "./deno_io.ts";
import { dispatch } from "./dispatch.ts";

interface TestApp extends AppBase, AsyncDisposable {}
const define = commandDefiner<TestApp>();

/** A program of one command, `do`, and what happened to its app. */
function program(run: (app: TestApp, input: { readonly x?: number }) => Promise<CommandResult>, extra = {}) {
  const events: string[] = [];
  const command = define({
    name: ["do"],
    summary: "Do it",
    examples: [],
    positionals: [{ name: "x", describe: "A number" }],
    input: z.strictObject({ x: z.int().max(9).exactOptional() }),
    run: (input, app) => run(app, input),
    text: (value) => JSON.stringify(value),
    ...extra,
  }) as unknown as AnyCommand<TestApp>;
  return {
    events,
    name: "aero",
    version: "1.2.3",
    about: "About.",
    topics: {},
    commands: [{
      name: ["do"],
      summary: "Do it",
      group: "Everyday" as const,
      load: () => Promise.resolve(command),
    }],
    openApp: (base: AppBase): Promise<TestApp> => {
      events.push("opened");
      return Promise.resolve({
        ...base,
        [Symbol.asyncDispose]: async () => void await events.push("closed"),
      });
    },
  };
}

async function call(made: ReturnType<typeof program>, args: string[], options?: MemoryIoOptions) {
  const io = memoryIo(options);
  const code = await dispatch(args, io, made);
  return { code, out: io.out(), err: io.err() };
}

const thrower = (error: unknown) => program(() => Promise.reject(error));
const report = { what: "Cannot do it", why: "it is late", fix: ["sleep: `sleep 1`"] };

Deno.test("a result goes to stdout, and the app is closed", async () => {
  const made = program(() => Promise.resolve({ type: "done" }));

  assert.deepEqual(await call(made, ["do"]), { code: 0, out: '{"type":"done"}\n', err: "" });
  assert.deepEqual(made.events, ["opened", "closed"]);
});

Deno.test("--json prints one object a line for a list, before or after the command", async () => {
  const made = program(() => Promise.resolve([{ type: "a" }, { type: "b" }]));

  assert.equal((await call(made, ["do", "--json"])).out, '{"type":"a"}\n{"type":"b"}\n');
  assert.equal((await call(made, ["--json", "do"])).out, '{"type":"a"}\n{"type":"b"}\n');
});

Deno.test("a stream is printed as it comes, and its worst exit code counts", async () => {
  async function* items() {
    yield await Promise.resolve({ type: "a", code: 1 });
    yield { type: "b", code: 0 };
  }
  const made = program(() => Promise.resolve(items()), { exitCode: (item: { code: number }) => item.code });

  assert.deepEqual(await call(made, ["do"]), {
    code: 1,
    out: '{"type":"a","code":1}\n{"type":"b","code":0}\n',
    err: "",
  });
});

Deno.test("an error is shown with its cause and hints, and exits by its kind", async () => {
  const shown = "error: Cannot do it\ncause: it is late\n\nhint: sleep: `sleep 1`\n";
  assert.deepEqual(await call(thrower(new UserError("late", report)), ["do"]), {
    code: 2,
    out: "",
    err: shown,
  });
  assert.deepEqual(await call(thrower(new OutsideError("late", report)), ["do"]), {
    code: 4,
    out: "",
    err: shown,
  });
  assert.deepEqual(await call(thrower(new CorruptionError("late", report)), ["do"]), {
    code: 5,
    out: "",
    err: shown,
  });
});

Deno.test("with --json an error is one object on stderr", async () => {
  const { code, out, err } = await call(thrower(new UserError("late", report)), ["do", "--json"]);

  assert.equal(code, 2);
  assert.equal(out, "");
  assert.deepEqual(JSON.parse(err), { type: "error", code: "late", kind: "user", ...report });
  assert.equal(err.trimEnd().includes("\n"), false);
});

Deno.test("a failed command closes the app", async () => {
  const made = thrower(new UserError("late", report));
  await call(made, ["do"]);

  assert.deepEqual(made.events, ["opened", "closed"]);
});

Deno.test("an exception that nobody foresaw is a bug, with its stack and causes", async () => {
  const { code, err } = await call(thrower(new TypeError("x is 3", { cause: new RangeError("deep") })), [
    "do",
  ]);

  assert.equal(code, 70);
  assert.match(err, /^error: This is a bug in aero\ncause: TypeError: x is 3\n\naero 1\.2\.3, Deno /);
  assert.match(err, /dispatch_test\.ts/);
  assert.match(err, /caused by: RangeError: deep/);
});

Deno.test("a thrown value that is no error is a bug too", async () => {
  assert.equal((await call(thrower("text"), ["do"])).code, 70);
  assert.equal((await call(thrower(undefined), ["do"])).code, 70);
});

Deno.test("a disk that is full is nobody's bug", async () => {
  const error = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  const { code, err } = await call(thrower(error), ["do"]);

  assert.equal(code, 4);
  assert.equal(
    err,
    "error: Cannot write\ncause: No space left on device (os error 28)\n\nhint: free space on that disk; `aero cache prune` does where the cache is\n",
  );
});

Deno.test("a directory that may not be used is nobody's bug", async () => {
  const error = Object.assign(new Error("Permission denied (os error 13): mkdir '/x'"), { code: "EACCES" });
  const { code, err } = await call(thrower(error), ["do"]);

  assert.equal(code, 4);
  assert.match(err, /^error: Cannot use a file or directory\ncause: Permission denied/);
});

Deno.test("when closing fails as well, the first failure is told", async () => {
  const made = thrower(new UserError("late", report));
  const openApp = (base: AppBase): Promise<TestApp> =>
    Promise.resolve({ ...base, [Symbol.asyncDispose]: () => Promise.reject(new TypeError("closing")) });

  assert.equal((await call({ ...made, openApp }, ["do"])).code, 2);
});

Deno.test("an interrupt exits with 130 and one line", async () => {
  const reason = new DOMException("Interrupted", "AbortError");
  assert.deepEqual(await call(thrower(reason), ["do"]), { code: 130, out: "", err: "interrupted\n" });
});

Deno.test("a signal with a reason of its own is an interrupt as well", async () => {
  const controller = new AbortController();
  const made = program((app) => {
    controller.abort("stop");
    return Promise.reject(app.signal.reason);
  });
  assert.equal((await call(made, ["do"], { signal: controller.signal })).code, 130);
});

Deno.test("a reader that goes away ends the command without a word", async () => {
  const io = memoryIo();
  const stdout = { ...io.stdout, flush: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) };
  const made = program(() => Promise.resolve({ type: "done" }));

  assert.equal(await dispatch(["do"], { ...io, stdout }, made), 141);
  assert.equal(io.err(), "");
  assert.deepEqual(made.events, ["opened", "closed"]);
});

Deno.test("a reader that goes away stops a stream", async () => {
  const io = memoryIo();
  const stdout = { ...io.stdout, flush: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) };
  let made = 0, closed = false;
  async function* items() {
    try {
      while (made < 1000) yield await Promise.resolve({ type: "item", number: made++ });
    } finally {
      closed = true;
    }
  }

  await dispatch(["do"], { ...io, stdout }, program(() => Promise.resolve(items())));

  assert.equal(made, 1);
  assert.equal(closed, true);
});

Deno.test("an input that does not fit its schema names the argument and opens nothing", async () => {
  const made = program(() => Promise.resolve({ type: "done" }));
  const { code, err } = await call(made, ["do", "12"]);

  assert.equal(code, 2);
  assert.match(err, /cause: X: too big/);
  assert.deepEqual(made.events, []);
});

Deno.test("what a result holds cannot steer the terminal", async () => {
  const made = program(() => Promise.resolve({ type: "name", name: "\x1b]0;owned\x07\u202e\x9b31m" }), {
    text: (result: { name: string }) => result.name,
  });

  assert.equal((await call(made, ["do"], { terminal: true })).out, "\\x1b]0;owned\\x07\\u202e\\x9b31m\n");
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch((await call(made, ["do", "--json"])).out, /[\x1b\x07\x9b\u202e]/);
});

Deno.test("colours are left out where they are not wanted, and JSON never has them", async () => {
  const made = program(() => Promise.resolve({ type: "done" }), {
    text: (_result: unknown, style: { red(text: string): string }) => style.red("x"),
  });
  const coloured = "\x1b[31mx\x1b[39m\n";

  assert.equal((await call(made, ["do"], { terminal: true })).out, coloured);
  assert.equal((await call(made, ["do"])).out, "x\n");
  assert.equal((await call(made, ["do", "--color", "always"])).out, coloured);
  assert.equal((await call(made, ["do", "--color", "never"], { terminal: true })).out, "x\n");
  assert.equal((await call(made, ["do"], { terminal: true, env: { NO_COLOR: "1" } })).out, "x\n");
  assert.equal((await call(made, ["do"], { terminal: true, env: { NO_COLOR: "" } })).out, coloured);
  assert.equal((await call(made, ["do"], { terminal: true, env: { TERM: "dumb" } })).out, "x\n");
});

Deno.test("--quiet silences notes but not warnings, --verbose adds details", async () => {
  const made = program((app) => {
    app.printer.note("note");
    app.printer.detail("detail");
    app.printer.warn("careful", ["look"]);
    return Promise.resolve({ type: "done" });
  });
  const warning = "warning: careful\nhint: look\n";

  assert.equal((await call(made, ["do"])).err, `note\n${warning}`);
  assert.equal((await call(made, ["do", "-q"])).err, warning);
  assert.equal((await call(made, ["do", "-v"])).err, `note\ndetail\n${warning}`);
});

Deno.test("with --json a program's own output goes to stderr", async () => {
  const made = program((app) => {
    app.printer.passThrough("stdout", new TextEncoder().encode("epoch 1\r"));
    return Promise.resolve({ type: "done" });
  });

  assert.deepEqual(await call(made, ["do"]), { code: 0, out: 'epoch 1\r{"type":"done"}\n', err: "" });
  assert.deepEqual(await call(made, ["do", "--json"]), {
    code: 0,
    out: '{"type":"done"}\n',
    err: "epoch 1\r",
  });
});

Deno.test("defineCommand refuses a positional that is no field", () => {
  assert.throws(() =>
    define({
      name: ["do"],
      summary: "",
      examples: [],
      positionals: [{ name: "y", describe: "" }],
      input: z.strictObject({}),
      run: () => Promise.resolve({ type: "done" }),
      text: () => "",
    }), TypeError);
});

/** What a command that tells three things does where the disk takes the first and the last of them. */
async function tellThree(
  extra: Record<string, unknown>,
): Promise<{ code: number; told: string; ran: number }> {
  let ran = 0, writes = 0, told = "";
  const made = program(() =>
    Promise.resolve(async function* () {
      for (; ran < 3; ran++) yield await Promise.resolve({ type: `thing${ran}` });
    }()), extra);
  const stdout = sinkOf({
    write(bytes) {
      if (++writes === 2) {
        throw Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
      }
      told += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  });
  const code = await dispatch(["do"], { ...memoryIo(), stdout }, made);
  return { code, told, ran };
}

Deno.test("a command whose output finds no room ends, and says so", async () => {
  assert.deepEqual(await tellThree({}), { code: 4, told: '{"type":"thing0"}\n', ran: 1 });
});

Deno.test("a server goes on where its log finds no room, and logs again when there is some", async () => {
  assert.deepEqual(await tellThree({ outlivesOutput: true }), {
    code: 0,
    told: '{"type":"thing0"}\n{"type":"thing2"}\n',
    ran: 3,
  });
});

for (const urgently of [false, true]) {
  Deno.test(`a server whose reader takes nothing more ends when it is ${urgently ? "urgently " : ""}asked to`, async () => {
    const interrupt = new AbortController(), urgent = new AbortController();
    const made = program((app) =>
      Promise.resolve(async function* () {
        yield await Promise.resolve({ type: "started" });
        assert.equal(app.signal.aborted, true);
        yield { type: "stopped" };
      }()), { outlivesOutput: true });
    // What is written to a pipe that is full.
    const stuck = Promise.withResolvers<number>();
    const stdout = sinkOf({
      write() {
        interrupt.abort();
        if (urgently) urgent.abort();
        return stuck.promise;
      },
    });
    const io = { ...memoryIo(), stdout, signal: interrupt.signal, urgent: urgent.signal };

    assert.equal(await dispatch(["do"], io, made), 0);
    assert.deepEqual(made.events, ["opened", "closed"]);
  });
}
