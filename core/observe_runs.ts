import type { Printer } from "./cli/printer.ts";
import type { Progress } from "./cli/progress.ts";
import type { RunObserver } from "./pipeline/run_services.ts";

/** Tells people what happens in runs. All of it goes to stderr: stdout is for the command's own result. */
export function observeRuns(printer: Printer): RunObserver {
  let step: { readonly text: string; readonly progress: Progress; done: number } | undefined;
  const endStep = () => {
    step?.progress[Symbol.dispose]();
    step = undefined;
  };
  return {
    started: (stage, run) => {
      endStep();
      printer.note(`${printer.noteStyle.bold(stage)} ${run}`);
    },
    stdout: (bytes) => printer.passThrough("stderr", bytes),
    stderr: (bytes) => printer.passThrough("stderr", bytes),
    build: (bytes) => printer.passThrough("stderr", bytes),
    step: (text, bytes = 0) => {
      if (step?.text !== text) {
        endStep();
        printer.note(text);
        step = { text, progress: printer.progress({ label: text, unit: "bytes" }), done: 0 };
      }
      step.progress.add(bytes - step.done);
      step.done = bytes;
    },
    note: (text) => {
      endStep();
      printer.note(text);
    },
    warn: (text) => {
      endStep();
      printer.warn(text);
    },
    done: endStep,
  };
}
