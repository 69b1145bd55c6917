import type { ProgramExit } from "../model/run.ts";

// signal(7): the numbers that are the same on all systems.
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** The exit code by which a shell tells how a program ended; `undefined` for a signal without a fixed number. */
export function shellExitCode(exit: ProgramExit): number | undefined {
  switch (exit.how) {
    case "exited":
      return exit.code;
    case "out_of_memory":
      return 128 + SIGNAL_NUMBERS.SIGKILL!;
    case "signalled": {
      const number = SIGNAL_NUMBERS[exit.signal];
      return number === undefined ? undefined : 128 + number;
    }
  }
}
