import { experimentVersionId, writeExperimentVersion } from "../../core/format/experiment_version_format.ts";
import { writeJournalEvent } from "../../core/format/journal_format.ts";
import { StreamedBytes } from "../../core/mirror/byte_source.ts";
import { RunTape } from "../../core/mirror/run_tape.ts";
import { sendRun } from "../../core/mirror/send_run.ts";
import type { JournalEvent } from "../../core/model/journal.ts";
import { type RunId, runIdFromBytes } from "../../core/model/run_id.ts";
import type { RunStart } from "../../core/model/run.ts";
import type { Tracker } from "../../core/plugin/tracker.ts";
import { sampleRecord, sampleVersion } from "./sample_run.ts";

/** A run as its journal and its text; `events` come behind its beginning. */
export class SentRun {
  readonly run: RunId = runIdFromBytes(crypto.getRandomValues(new Uint8Array(8)));
  readonly #events: readonly JournalEvent[];
  readonly #stdout: string;

  constructor(
    events: readonly JournalEvent[],
    { stdout = "", start = {} }: { readonly stdout?: string; readonly start?: Partial<RunStart> } = {},
  ) {
    const version = sampleVersion();
    const {
      schema: _schema,
      state: _state,
      exit: _exit,
      reason: _reason,
      endedAt: _endedAt,
      outputs: _outputs,
      metrics: _metrics,
      logs: _logs,
      journal: _journal,
      ...sample
    } = sampleRecord();
    this.#events = [{
      event: "created",
      at: sample.startedAt,
      start: { ...sample, ...start, run: this.run, version: experimentVersionId(version) },
      version,
    }, ...events];
    this.#stdout = stdout;
  }

  /** Sends what the tracker has not, as `aero sync` does. @returns Whether its end was sent. */
  async send(tracker: Tracker, { attempts = 4 }: { readonly attempts?: number } = {}): Promise<boolean> {
    const bytes = (pieces: Iterable<string>) =>
      new StreamedBytes(() =>
        Promise.resolve(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()))
      );
    await using tape = new RunTape({
      journal: bytes(this.#events.values().map(writeJournalEvent)),
      stdout: bytes([this.#stdout]),
      stderr: bytes([]),
    }, {
      storage: "memory",
      documentOf: (version) => new TextDecoder().decode(writeExperimentVersion(version)),
      urlOf: () => undefined,
    });
    return await sendRun(tracker, this.run, tape, {
      signal: new AbortController().signal,
      isLive: () => false,
      sleep: () => Promise.resolve(),
      attempts,
    });
  }
}

/** A journal's event with values of one metric at steps from `from`. */
export function valuesEvent(name: string, values: readonly number[], from = 0): JournalEvent {
  const at = 1_800_000_000_000 + from;
  return {
    event: "metrics",
    at,
    points: values.map((value, i) => ({ at: at + i, step: from + i, values: { [name]: value } })),
  };
}

/** The event of a good end. */
export const ENDED_WELL: JournalEvent = {
  event: "ended",
  at: 1_800_000_900_000,
  state: "succeeded",
  exit: { how: "exited", code: 0 },
};
