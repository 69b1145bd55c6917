import type { AppBase } from "./core/cli/app_base.ts";
import { denoIo } from "./core/cli/deno_io.ts";
import { dispatch } from "./core/cli/dispatch.ts";
import type { Io } from "./core/cli/io.ts";
import type { App } from "./core/commands/define.ts";
import { COMMANDS, TOPICS } from "./core/commands/mod.ts";
import { processEnvironment } from "./core/config/env.ts";
import { EXIT } from "./core/errors.ts";
import { versionText } from "./core/version.ts";

/**
 * Runs one command line of aero.
 *
 * @returns The exit code; never throws.
 */
export function main(args: readonly string[], io: Io): Promise<number> {
  return dispatch(args, io, {
    name: "aero",
    version: versionText(),
    about:
      "aero makes machine-learning experiments repeatable: one version for code, image, data and params.",
    commands: COMMANDS,
    topics: TOPICS,
    openApp,
  });
}

/** Joins core and plugins. Loaded only once a command is about to run. */
async function openApp(base: AppBase): Promise<App> {
  const { App } = await import("./core/app.ts");
  return new App(base, async () => (await import("./plugins/mod.ts")).REGISTRY);
}

if (import.meta.main) {
  const interrupt = new AbortController();
  const urgent = new AbortController();
  const onSignal = () => {
    // The second time a program gets no more time to end, and is still ended; the third time nothing is waited for.
    if (urgent.signal.aborted) Deno.exit(EXIT.interrupted);
    const asked = interrupt.signal.aborted ? urgent : interrupt;
    asked.abort(new DOMException("Interrupted", "AbortError"));
  };
  // Asked before any listener is added: the first one makes Deno handle hangups itself, whatever was wanted of them.
  const onHangup = isHangupIgnored() ? () => {} : onSignal;
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  Deno.addSignalListener("SIGHUP", onHangup);
  Deno.exit(
    await main(Deno.args, denoIo(processEnvironment(), { signal: interrupt.signal, urgent: urgent.signal })),
  );
}

/** Whether whoever started aero wants it to outlive its terminal, as nohup does. */
function isHangupIgnored(): boolean {
  try {
    // A mask in which SIGHUP, signal 1, is the lowest bit; proc(5), SigIgn.
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    // No /proc, as on macOS: a closed terminal then ends the run, recorded as aborted.
    return false;
  }
}
