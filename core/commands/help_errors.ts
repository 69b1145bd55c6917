import { EXIT } from "../errors.ts";
import { ERROR_CODES } from "./error_codes.ts";

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "Done",
  programFailed: 'The run\'s own program failed, or a verdict was "different"',
  user: "You can mend it: input, config or worktree",
  lagging: "Done, but a tracker or an upload lags behind",
  outside: "Whoever runs it can mend it: network, service, disk or rights",
  corrupt: "Bytes do not match their digest, or a record cannot be read",
  bug: "A bug in aero",
  interrupted: "Interrupted",
};

/** `aero help errors`. */
export function errorsPage(): string {
  const width = Math.max(...ERROR_CODES.map(({ code }) => code.length));
  return [
    "Exit codes:",
    ...Object.entries(EXIT).map(([name, code]) =>
      `  ${String(code).padStart(3)}  ${EXIT_MEANINGS[name as keyof typeof EXIT]}`
    ),
    "",
    "Error codes (`code` in --json), and the exit codes they end with:",
    ...ERROR_CODES.map(({ code, exit, what }) =>
      `  ${String(exit).padStart(3)}  ${code.padEnd(width)}  ${what}`.trimEnd()
    ),
  ].join("\n");
}
