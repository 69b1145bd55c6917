import type { App } from "../app.ts";
import { defaultCapBytes } from "../cache/default_cap.ts";
import { AeroError } from "../errors.ts";
import { examineDirectory } from "./examine_directory.ts";
import { examineEngines } from "./examine_engines.ts";
import { examineProgram } from "./examine_program.ts";
import { settingsOf } from "./open_cache.ts";
import { probeStorage } from "./probe_storage.ts";

/** What was found of one thing that runs need. */
export interface MachineCheck {
  readonly type: "check";
  readonly subject: string;
  /** A `problem` makes tracked runs impossible. */
  readonly state: "ok" | "warning" | "problem";
  readonly detail: string;
  readonly fix: readonly string[];
}

/** Tries all that tracked runs need; gives each finding as it is known. */
export async function* examineMachine(app: App): AsyncGenerator<MachineCheck> {
  const { root } = await app.place();
  yield* checked("config", async () => {
    const name = root === undefined ? undefined : (await app.config()).project.project;
    return ok("config", name === undefined ? "not in a project" : `project ${name} in ${root}`);
  });
  yield* checked("git", () =>
    examineProgram(app, {
      subject: "git",
      command: ["git", "--version"],
      without: "repositories are read without it, more slowly; commits are made with it",
      fix: "install git",
    }));
  yield* examineEngines(app);
  yield* checked("storage", () => probeStorage(app));
  const directories = await app.directories();
  yield* checked("cache", async () => {
    const { cacheDirectory, cacheMaxBytes } = await settingsOf(app);
    return await examineDirectory(
      "cache",
      cacheDirectory,
      cacheMaxBytes ?? await defaultCapBytes(cacheDirectory),
    );
  });
  yield* checked("state", () => examineDirectory("state", directories.state));
  yield* checked("temporary files", async () => await examineTemporary());
  yield* checked("python3", () =>
    examineProgram(app, {
      subject: "python3",
      command: ["python3", "--version"],
      without: "`aero dev` cannot run Python programs; containers bring their own",
      fix: "install python3, if your programs are in Python",
    }));
  yield terminal(app);
}

/** What a check says, or what it failed with: a failure of the machine is a problem, and a bug is thrown on. */
export async function* checked(
  subject: string,
  check: () => Promise<MachineCheck>,
): AsyncGenerator<MachineCheck> {
  try {
    yield await check();
  } catch (error) {
    const about = { type: "check", subject, state: "problem" } as const;
    if (error instanceof AeroError) {
      const { what, why, fix } = error.report;
      yield { ...about, detail: why === undefined ? what : `${what}: ${why}`, fix: fix ?? [] };
    } else if (isOfSystem(error)) yield { ...about, detail: error.message, fix: [] };
    else throw error;
  }
}

/** Whether the operating system refused something, such as to make a directory. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    /^E[A-Z]+$/.test(error.code);
}

/** A finding that nothing is wrong with. */
export function ok(subject: string, detail: string): MachineCheck {
  return { type: "check", subject, state: "ok", detail, fix: [] };
}

async function examineTemporary(): Promise<MachineCheck> {
  let directory: string;
  try {
    directory = await Deno.makeTempDir({ prefix: "aero-doctor-" });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return {
      type: "check",
      subject: "temporary files",
      state: "problem",
      detail: cause.message,
      fix: ["name a directory that can be written: `export TMPDIR=…`"],
    };
  }
  try {
    return await examineDirectory("temporary files", directory.slice(0, directory.lastIndexOf("/")) || "/");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function terminal({ io }: App): MachineCheck {
  const says = io.stdoutIsTerminal ? `${io.columns} columns` : "none: plain lines, no colour";
  return ok("terminal", says);
}
