import type { App } from "../app.ts";
import type { MachineCheck } from "./examine_machine.ts";

/** A program that is good to have. */
export interface WantedProgram {
  readonly subject: string;
  /** Prints its version. */
  readonly command: readonly [string, ...string[]];
  /** What is worse without it. */
  readonly without: string;
  readonly fix: string;
}

/** Longest time that a program may take to tell its version, in milliseconds. */
const PATIENCE_MS = 5_000;

/** Asks a program for its version; without it there is a warning. */
export async function examineProgram(app: App, wanted: WantedProgram): Promise<MachineCheck> {
  const { subject, without, fix } = wanted;
  const version = await versionOf(app, wanted.command);
  return version === undefined
    ? { type: "check", subject, state: "warning", detail: `not found: ${without}`, fix: [fix] }
    : { type: "check", subject, state: "ok", detail: version, fix: [] };
}

async function versionOf(
  app: App,
  [program, ...args]: WantedProgram["command"],
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { PATH: app.variables.get("PATH") ?? "/usr/bin:/bin" },
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.any([app.signal, AbortSignal.timeout(PATIENCE_MS)]),
    }).output();
    return success ? new TextDecoder().decode(stdout).trim().split("\n")[0] : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}
