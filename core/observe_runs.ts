import type { Printer } from "./cli/printer.ts";
import type { Progress } from "./cli/progress.ts";
import type { RunObserver } from "./pipeline/run_services.ts";

/**
 * Tells people what happens in runs. All of it goes to stderr: stdout is for the command's own result. A quiet printer
 * gets nothing of what programs print: it is recorded.
 */
export function observeRuns(printer: Printer): RunObserver {
  let step: { readonly text: string; readonly progress: Progress; done: number } | undefined;
  const endStep = () => {
    step?.progress[Symbol.dispose]();
    step = undefined;
  };
  const pass = (bytes: Uint8Array) => {
    if (!printer.quiet) printer.passThrough("stderr", bytes);
  };
  const begin = (text: string, bytes: number, announce: boolean) => {
    if (step?.text !== text) {
      endStep();
      if (announce) printer.note(text);
      step = { text, progress: printer.progress({ label: text, unit: "bytes" }), done: 0 };
    }
    step.progress.add(bytes - step.done);
    step.done = bytes;
  };
  return {
    started: (stage, run, inputs) => {
      endStep();
      const { bold, dim } = printer.noteStyle;
      printer.note(`${bold(stage)} ${run}${inputs.length === 0 ? "" : dim(`  ← ${inputs.join(", ")}`)}`);
    },
    stdout: pass,
    stderr: pass,
    build: pass,
    step: (text, bytes = 0) => begin(text, bytes, true),
    waiting: (text, bytes = 0) => begin(text, bytes, false),
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
