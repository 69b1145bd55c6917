import type { GlobalOptions } from "./global_flags.ts";
import type { Io } from "./io.ts";
import type { Printer } from "./printer.ts";

/** What the command line itself gives to whatever commands work with. */
export interface AppBase {
  readonly io: Io;
  readonly printer: Printer;
  readonly globals: GlobalOptions;
  /** Aborts on an interrupt, and when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  /** Version of aero. */
  readonly version: string;
}
