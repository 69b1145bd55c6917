import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { COMMANDS } from "../core/commands/mod.ts";
import { splitCommand } from "../core/pipeline/command_words.ts";
import { main } from "../main.ts";
import { writeAeroProgram } from "./support/aero_on_path.ts";
import { ExampleCopy, exampleProject } from "./support/example_project.ts";
import { memoryIo } from "./support/memory_io.ts";
import { subjectOrSkip } from "./support/must_run.ts";
import { ownServer } from "./support/own_object_server.ts";
import { makeBucket, plainClient } from "./support/s3_buckets.ts";
import type { S3Service } from "./support/s3_subject.ts";
import type { TestProject } from "./support/open_project.ts";
import { podmanOrSkip } from "./support/podman.ts";

/** What an example needs in order to be as its reader finds it. */
interface Setting {
  /** Where it is typed; the project itself if absent. */
  readonly in?: "an empty directory" | "a run";
  /** Whether there is uncommitted work. */
  readonly dirty?: boolean;
  /** Whether it needs containers. */
  readonly containers?: boolean;
  /** Whether it is right that nothing comes out on stdout. */
  readonly silent?: boolean;
}

/** The first that fits an example counts; most need nothing. */
const SETTINGS: readonly (readonly [pattern: RegExp, setting: Setting])[] = [
  [/^aero init\b/, { in: "an empty directory" }],
  [/^aero (run --draft|dev\b)/, { dirty: true }],
  [/^aero build\b/, { containers: true }],
  // A shell that nobody types into ends without a word.
  [/^aero shell \w+$/, { containers: true, silent: true }],
  [/^aero shell\b/, { containers: true }],
  [/^aero log /, { in: "a run", silent: true }],
  [/^aero logs --stderr/, { silent: true }],
];

/** Programs that type the lines which are not for main() in-process. */
const SHELL_OF: readonly (readonly [pattern: RegExp, shell: string])[] = [
  // It measures the memory of its process, which has to be its own.
  [/storage check$/, "sh"],
  [/completions zsh/, "zsh"],
  [/completions fish/, "fish"],
  [/[|$]/, "bash"],
];

const lines = (await Promise.all(COMMANDS.map((entry) => entry.load())))
  .flatMap((command) => command.examples.map((example) => example.run))
  // They are about a server that lasts: tests/integration/storage_up_test.ts types them.
  .filter((line) => !/^aero storage (up|down|status|user)\b/.test(line))
  // They need trackers with runs of others: tests/tracker_examples_test.ts types them.
  .filter((line) => !/^aero (tracker\b|list --from\b)/.test(line));
const host = await exampleProject("host");
const newest = JSON.parse((await host.aero(["list", "--json", "--limit", "1"])).out()).run as string;
const containers = await podmanOrSkip() === undefined ? undefined : await exampleProject("podman");

const web = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("3\n1\n2\n"));
const objects = await weatherBucket();

Deno.test.afterAll(async () => {
  await web.shutdown();
  await objects[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  await containers?.[Symbol.asyncDispose]();
});

for (const line of lines) {
  const setting = settingOf(line);
  if (setting.containers === true) {
    const name = `example in containers: ${line}`;
    Deno.test({ name, ignore: containers === undefined, fn: () => typeInContainers(containers!, line) });
    continue;
  }
  const shell = SHELL_OF.find(([pattern]) => pattern.test(line))?.[1];
  if (shell === undefined) Deno.test(`example: ${line}`, () => typeInProcess(line, setting));
  else {
    const here = await subjectOrSkip(shell, () => say(shell, ["-c", "exit 0"], "/", {}));
    Deno.test({
      name: `example in ${shell}: ${line}`,
      ignore: "skipped" in here,
      fn: () => typeInShell(shell, line),
    });
  }
}

function settingOf(line: string): Setting {
  return SETTINGS.find(([pattern]) => pattern.test(line))?.[1] ?? {};
}

/** Puts what this project has in the place of what stands for it: a run id, a directory of the reader's. */
function filledIn(line: string, copy: ExampleCopy): string {
  return line.replaceAll("kqzm", newest.slice(0, 8)).replaceAll("/tmp/", `${copy.path("tmp")}/`)
    .replaceAll("https://data.example.org", `http://127.0.0.1:${web.addr.port}`);
}

/** A server with the versioned bucket that examples import from. */
async function weatherBucket(): Promise<S3Service & AsyncDisposable> {
  const server = await ownServer({ tls: false });
  await makeBucket(server, "weather", true);
  const client = plainClient(server);
  await client.send(new PutObjectCommand({ Bucket: "weather", Key: "hourly/2011.csv", Body: "cold\n" }));
  client.destroy();
  return server;
}

async function typeInProcess(line: string, setting: Setting): Promise<void> {
  using copy = await ExampleCopy.of(host);
  const empty = setting.in === "an empty directory";
  if (empty) await Deno.mkdir(copy.path("empty"));
  if (setting.dirty === true) await Deno.writeTextFile(copy.path("project/notes.txt"), "to be kept\n");
  const [program, ...args] = splitCommand(filledIn(line, copy), "the example");
  assert.equal(program, "aero");
  const metrics = copy.path("metrics.jsonl");
  const io = memoryIo({
    cwd: copy.path(empty ? "empty" : "project"),
    env: {
      ...copy.env,
      AWS_ENDPOINT_URL: objects.endpoint,
      AWS_ACCESS_KEY_ID: objects.accessKey,
      AWS_SECRET_ACCESS_KEY: objects.secret,
      ...(setting.in === "a run" ? { AERO_METRICS: metrics } : {}),
    },
  });

  const code = await main(args, io);

  assert.equal(code, 0, io.out() + io.err());
  assert.equal(io.out() === "", setting.silent === true, `stdout:\n${io.out()}\nstderr:\n${io.err()}`);
  if (setting.in === "a run") assert.match(await Deno.readTextFile(metrics), /"loss":0\.1/);
}

async function typeInShell(shell: string, line: string): Promise<void> {
  using copy = await ExampleCopy.of(host);
  await writeAeroProgram(copy.path("bin"));
  if (line.includes("dot -T")) await writeDot(`${copy.path("bin")}/dot`);
  const path = `${copy.path("bin")}:${copy.env.PATH}`;
  // A pipe tells of its last part only, unless it is asked.
  const begin = { bash: "set -eo pipefail; ", zsh: "set -e; setopt pipefail; compdef() { :; }; " }[shell] ??
    "";

  const said = await say(shell, ["-c", begin + filledIn(line, copy)], copy.path("project"), {
    ...copy.env,
    PATH: path,
  });

  assert.equal(said.err, "");
  if (line.includes("dot -T")) assert.match(said.out, /^digraph|<svg/);
}

async function typeInContainers(project: TestProject, line: string): Promise<void> {
  const bin = project.git.beside("bin");
  await writeAeroProgram(bin);

  const { out, err } = await say("sh", ["-c", line], project.root, {
    ...project.env,
    PATH: `${bin}:${project.env.PATH}`,
  });

  assert.equal(out === "", settingOf(line).silent === true, `stdout:\n${out}\nstderr:\n${err}`);
}

/** Runs a program that has to end well; what it said. */
async function say(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly out: string; readonly err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    stdin: "null",
  })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${out}${err}`);
  return { out, err };
}

/** Stands in for Graphviz: takes a graph, and prints it as it is. */
async function writeDot(file: string): Promise<void> {
  await Deno.writeTextFile(file, `#!/bin/sh\n[ "$*" = -Tsvg ] && exec cat\nexit 2\n`, { mode: 0o755 });
}
