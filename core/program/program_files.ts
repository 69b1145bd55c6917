import aeroPy from "./aero.py" with { type: "text" };
import aeroSh from "./aero.sh" with { type: "text" };
import relayPy from "./relay.py" with { type: "text" };

/** A file that a run lays beside the user's program. */
export interface ProgramFile {
  /** Where it belongs, below the directory of aero's own files: `python/aero.py`. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly text: string;
}

/** The `aero` module for Python, and the `aero` command for shells. A build carries their text. */
export const PROGRAM_FILES: readonly ProgramFile[] = [
  { path: "python/aero.py", mode: 0o644, text: aeroPy },
  { path: "bin/aero", mode: 0o755, text: aeroSh },
];

/** Starts a program in a container that reaches a socket of the host; needs Python. No program sees it. */
export const RELAY_FILE: ProgramFile = { path: "relay.py", mode: 0o644, text: relayPy };
