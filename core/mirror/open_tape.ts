import type { RunRecord } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { type BesideJournal, besideJournal } from "./beside_journal.ts";
import { GrowingFile, StreamedBytes } from "./byte_source.ts";
import { RunTape } from "./run_tape.ts";

/** Paths of what a run leaves on this machine; files may grow, and may not be there yet. */
export interface RunFiles {
  readonly journal: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run from its files here, also while it goes on. */
export function tapeOfFiles({ journal, stdout, stderr }: RunFiles, beside: BesideJournal): RunTape {
  return new RunTape({
    journal: new GrowingFile(journal),
    stdout: new GrowingFile(stdout),
    stderr: new GrowingFile(stderr),
  }, beside);
}

/** A run from what the storage keeps of it. */
export function tapeOfRecord({ journal, logs }: RunRecord, store: Store): RunTape {
  const stream = (name: "stdout" | "stderr") => {
    const log = logs[name];
    return new StreamedBytes(() => log === undefined ? Promise.resolve(undefined) : store.open(log));
  };
  return new RunTape({
    journal: new StreamedBytes(() => store.open(journal)),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
  }, besideJournal(store));
}
