import assert from "node:assert/strict";
import { main } from "../../main.ts";
import { memoryIo } from "./memory_io.ts";
import { fits, mask, parseSpec, type Spec, type SpecStep } from "./spec.ts";

const SPECS = new URL("../specs/", import.meta.url);
const PROJECTS = new URL("../../fixtures/projects/", import.meta.url);

/** What a step gave. */
interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function testedBinary(): string | undefined {
  return Deno.env.get("AERO_TEST_BINARY") || undefined;
}

/** Names of all specs, `<command>/<case>`, in order. */
export function specNames(): string[] {
  const names: string[] = [];
  for (const command of Deno.readDirSync(SPECS)) {
    if (!command.isDirectory) continue;
    for (const entry of Deno.readDirSync(new URL(`${command.name}/`, SPECS))) {
      if (entry.isDirectory) names.push(`${command.name}/${entry.name}`);
    }
  }
  return names.sort();
}

/** Reads one spec. */
export function readSpec(name: string): Spec {
  const file = new URL(`${name}/__test__.json`, SPECS);
  return parseSpec(Deno.readTextFileSync(file), file.pathname);
}

/** Why a spec cannot run here; absent if it can. */
export function whySkipped(spec: Spec): string | undefined {
  const binary = testedBinary();
  if (binary !== undefined && spec.inProcessOnly === true) return "it is about main() in-process";
  const needs = [...(spec.git === true ? ["git"] : []), ...(spec.needs ?? [])];
  const missing = needs.filter((program) => !isOnPath(program));
  return missing.length === 0 ? undefined : `${missing.join(", ")} cannot be found`;
}

/**
 * Runs a spec in a temporary copy of its project: `main()` in-process, or the program that `AERO_TEST_BINARY`
 * names. `AERO_UPDATE_GOLDEN=1` writes what comes out to the golden files in place of comparing.
 */
export async function runSpec(name: string): Promise<void> {
  const spec = readSpec(name);
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "aero_spec_" }));
  try {
    const project = `${root}/project`, home = `${root}/home`;
    await Deno.mkdir(project);
    await Deno.mkdir(home);
    if (spec.project !== undefined) await copyTree(new URL(`${spec.project}/`, PROJECTS).pathname, project);
    if (spec.git === true) await commitAll(project, home);
    for (const step of spec.steps) {
      const env = { HOME: home, PATH: Deno.env.get("PATH") ?? "", ...step.env };
      const cwd = step.cwd === undefined ? project : `${project}/${step.cwd}`;
      const binary = testedBinary();
      const raw = binary === undefined
        ? await runInProcess(step.args, cwd, env)
        : await runBinary(binary, step.args, cwd, env);
      const directories = { PROJECT: project, HOME: home, TEMP: root };
      check(name, step, {
        exitCode: raw.exitCode,
        stdout: mask(raw.stdout, directories),
        stderr: mask(raw.stderr, directories),
      });
    }
  } finally {
    await removeTree(root);
  }
}

function check(name: string, step: SpecStep, outcome: Outcome): void {
  const said = `aero ${step.args.join(" ")}`;
  assert.equal(
    outcome.exitCode,
    step.exitCode ?? 0,
    `${said}: exit code\n--- stdout\n${outcome.stdout}--- stderr\n${outcome.stderr}`,
  );
  for (const stream of ["stdout", "stderr"] as const) {
    const file = step[stream];
    if (file === undefined) {
      assert.equal(outcome[stream], "", `${said}: ${stream}`);
      continue;
    }
    const golden = new URL(`${name}/${file}`, SPECS);
    if (Deno.env.get("AERO_UPDATE_GOLDEN") === "1") {
      const kept = readGolden(golden);
      // A golden with wildcards was written by hand: as long as it fits it stays.
      if (kept === undefined || !fits(outcome[stream], kept)) Deno.writeTextFileSync(golden, outcome[stream]);
      continue;
    }
    const expected = readGolden(golden);
    assert.ok(expected !== undefined, `${golden.pathname} is missing: run with AERO_UPDATE_GOLDEN=1`);
    if (!fits(outcome[stream], expected)) assert.equal(outcome[stream], expected, `${said}: ${stream}`);
  }
}

function readGolden(file: URL): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function runInProcess(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const io = memoryIo({ cwd, env });
  const exitCode = await main(args, io);
  return { exitCode, stdout: io.out(), stderr: io.err() };
}

async function runBinary(
  binary: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const output = await new Deno.Command(binary, { args: [...args], cwd, env, clearEnv: true, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { exitCode: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

async function copyTree(from: string, to: string): Promise<void> {
  for await (const entry of Deno.readDir(from)) {
    const source = `${from}/${entry.name}`, target = `${to}/${entry.name}`;
    if (entry.isDirectory) {
      await Deno.mkdir(target);
      await copyTree(source, target);
    } else if (entry.isSymlink) await Deno.symlink(await Deno.readLink(source), target);
    else {
      await Deno.copyFile(source, target);
      // A fixture may lie in a read-only checkout.
      await Deno.chmod(target, ((await Deno.stat(source)).mode ?? 0o644) & 0o111 ? 0o755 : 0o644);
    }
  }
}

/** Commits under a fixed name, address and time, so that the commit's id is always the same. */
async function commitAll(directory: string, home: string): Promise<void> {
  const who = { NAME: "Ada", EMAIL: "ada@example.org", DATE: "2026-01-01T00:00:00Z" };
  const env: Record<string, string> = {
    HOME: home,
    PATH: Deno.env.get("PATH") ?? "",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  for (const [field, value] of Object.entries(who)) {
    env[`GIT_AUTHOR_${field}`] = env[`GIT_COMMITTER_${field}`] = value;
  }
  for (const args of [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "First"]]) {
    const { success, stderr } = await new Deno.Command("git", { args, cwd: directory, env, clearEnv: true })
      .output();
    assert.ok(success, `git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

/** Removes a tree in which some directories may be read-only. */
async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch {
    await new Deno.Command("chmod", { args: ["-R", "u+rwX", path] }).output();
    await Deno.remove(path, { recursive: true });
  }
}

function isOnPath(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((directory) => {
    try {
      return Deno.statSync(`${directory}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
