import { EnvironmentError } from "../../../core/plugin/environment.ts";
import type { EngineCommand } from "./call.ts";
import type { Quirks } from "./quirks.ts";

/** The engine's own words, without its habitual openings and hints. */
export function engineWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !/^(Run|See) '|^time="/.test(line)
  );
  return lines.slice(-3).join("; ").replace(/^(?:\w+: )?(?:Error response from daemon|Error): /i, "").slice(
    0,
    1000,
  );
}

/** An engine that does not answer. */
export function engineUnavailable(
  quirks: Quirks,
  said: string,
  options?: ErrorOptions & { command?: EngineCommand },
): EnvironmentError {
  const where = Object.entries(options?.command?.variables ?? {}).map(([name, value]) => `${name}=${value}`);
  const words = engineWords(said);
  const why = [words, where.length > 0 ? `with ${where.join(" ")}` : ""].filter((part) => part !== "").join(
    ", ",
  );
  return new EnvironmentError("engine_unavailable", {
    what: `Cannot use the container engine ${JSON.stringify(quirks.program)}`,
    ...(why === "" ? {} : { why }),
    fix: quirks.start,
  }, options);
}

/** Throws if what a command printed means that the engine did not answer. */
export function throwIfUnavailable(quirks: Quirks, command: EngineCommand, stderr: string): void {
  if (quirks.unavailable.test(stderr)) throw engineUnavailable(quirks, stderr, { command });
}
